'use strict';
/**
 * `npm run test:long [-- --seed N]`: soak, kill series, chaos and fuzz. Chaos and fuzz have a seed of their own at every run,
 * which is printed; what failed comes again with it.
 */
const { spawnSync } = require('node:child_process');
const { mkdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { setUp } = require('./setup');

const { values } = parseArgs({ options: { seed: { type: 'string' } } });
setUp({});
const root = join(__dirname, '..');
const seed = values.seed ?? String(Math.floor(Math.random() * 1_000_000));
const results = join(root, 'build', 'test-long-results.json');
mkdirSync(join(root, 'build'), { recursive: true });
process.stdout.write(`seed ${seed}: npm run test:long -- --seed ${seed} repeats this run\n`);
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const config = join(root, 'test', 'long', 'jest.config.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--config', config, '--json', '--outputFile', results],
  { stdio: 'inherit', cwd: root, env: { ...process.env, CHAOS_SEED: seed, FUZZ_SEED: seed } },
);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
process.stdout.write(
  `seed ${seed}\n${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`,
);
process.exit(status ?? 1);
