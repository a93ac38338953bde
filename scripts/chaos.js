'use strict';
/**
 * `npm run chaos [-- --rounds 5] [-- --seed N]`: everything that can go wrong, several times, each round with moments of
 * its own. A round that failed comes again with its seed.
 */
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { setUp } = require('./setup');

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '3' }, seed: { type: 'string' } },
});
setUp({});
const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
process.stdout.write(`seed ${seed}\n`);
const jest = join(__dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--config', 'test/long/jest.config.js', 'test/long/chaos'],
  {
    stdio: 'inherit',
    cwd: join(__dirname, '..'),
    env: { ...process.env, CHAOS_ROUNDS: values.rounds, CHAOS_SEED: seed },
  },
);
process.exit(status ?? 1);
