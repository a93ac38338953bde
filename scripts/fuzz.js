'use strict';
/**
 * `npm run fuzz [-- --inputs 100000] [-- --seed N]`: inputs that are nearly right, and such as are not at all. What failed
 * comes again with its seed.
 */
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { setUp } = require('./setup');

const { values } = parseArgs({
  options: { inputs: { type: 'string', default: '100000' }, seed: { type: 'string' } },
});
setUp({});
const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
process.stdout.write(`seed ${seed}\n`);
const jest = join(__dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--config', 'test/long/jest.config.js', 'test/long/fuzz'],
  {
    stdio: 'inherit',
    cwd: join(__dirname, '..'),
    env: { ...process.env, FUZZ_INPUTS: values.inputs, FUZZ_SEED: seed },
  },
);
process.exit(status ?? 1);
