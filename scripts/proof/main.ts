import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isBroken } from '../../test/long/promises';
import { page, type Proof, type Tried } from './page';
import { scenarios, type Outcome, type Scenario } from './scenarios';

/**
 * `npm run proof [-- --seed N] [-- storm outage …]`: what must not lose, double or reorder anything, tried on the built plugin between the
 * simulators of X and XCALLY Motion, and for comparison on a bridge that answers first and keeps nothing (`answersFirst.ts`). Writes `build/proof/proof.html`
 * and `proof.json`; ends with code 1 where the plugin failed, or something could not be tried.
 */

const plugin = 'dist/plugin/main.js';
const answersFirst = join(__dirname, 'answersFirst.js');

async function main(): Promise<void> {
  const { values, positionals: asked } = parseArgs({
    options: { seed: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = asked.find((name) => !scenarios.some((each) => each.name === name));
  if (unknown !== undefined) throw new Error(`there is no scenario "${unknown}"`);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
  if (!Number.isSafeInteger(seed)) throw new Error('the seed has to be a whole number');
  const tried: Tried[] = [];
  for (const scenario of scenarios)
    if (asked.length === 0 || asked.includes(scenario.name)) tried.push(await tryOut(scenario, seed));
  write({ seed, node: process.version, cores: cpus().length, at: new Date().toISOString(), tried });
  if (tried.some(({ ours, error }) => error !== undefined || !ours || isWrong(ours))) process.exitCode = 1;
}

async function tryOut(scenario: Scenario, seed: number): Promise<Tried> {
  const { name, tried: what, isCompared } = scenario;
  const tried: Tried = { name, what };
  try {
    tried.ours = await scenario.run(seed, plugin);
    say(name, 'the plugin', tried.ours);
    if (!isCompared) return tried;
    tried.answersFirst = await scenario.run(seed, answersFirst);
    say(name, 'answers first', tried.answersFirst);
  } catch (error) {
    tried.error = error instanceof Error ? error.message : String(error);
    process.stdout.write(`${name}: could not be tried: ${tried.error}\n`);
  }
  return tried;
}

function isWrong({ broken, troubles, attacks }: Outcome): boolean {
  return isBroken(broken) || troubles.length > 0 || attacks.some(({ succeeded }) => succeeded > 0);
}

function say(name: string, who: string, outcome: Outcome): void {
  const { messages, replies, refused, broken, troubles, seconds } = outcome;
  const { lostMessages, doubledMessages, lostReplies, doubledReplies, outOfOrder } = broken;
  process.stdout.write(
    `${name}, ${who}: ${messages} messages (${lostMessages.length} lost, ${doubledMessages.length} doubled, ` +
      `${outOfOrder.length} conversations out of order), ${replies} replies (${lostReplies.length} lost, ` +
      `${doubledReplies.length} doubled), ${refused} refused, in ${seconds.toFixed(0)} s\n`,
  );
  for (const trouble of troubles) process.stdout.write(`${name}, ${who}: ${trouble}\n`);
}

function write(proof: Proof): void {
  const folder = join('build', 'proof');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'proof.html'), page(proof));
  writeFileSync(join(folder, 'proof.json'), `${JSON.stringify(proof, undefined, 2)}\n`);
  process.stdout.write(`seed ${proof.seed}; see ${folder}/proof.html\n`);
}

main().then(
  // What was torn down may hold a connection for a while.
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
