import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { backlog } from './backlog';
import { calls } from './calls';
import { cluster } from './cluster';
import type { Figure } from './figure';
import { growth } from './growth';
import { latency } from './latency';
import { media } from './media';
import { openingChat } from './openingChat';
import { formerWay, webhook } from './webhook';

/**
 * `npm run bench`: what the README says of speed, measured on this machine. Every figure is the median of five runs;
 * what is compared is compared within one run.
 */

/** What is measured, by the name it can be asked for alone: `npm run bench -- webhook`. */
const benches: Record<string, () => Promise<Figure[]>> = {
  webhook,
  formerWay,
  latency,
  backlog,
  media,
  calls,
  growth,
  openingChat,
  cluster,
};

async function main(): Promise<void> {
  const { values, positionals: asked } = parseArgs({
    options: { json: { type: 'boolean' } },
    allowPositionals: true,
  });
  const unknown = asked.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined)
    throw new Error(`there is no benchmark "${unknown}"; there are ${Object.keys(benches).join(', ')}`);
  const figures: Figure[] = [];
  for (const [name, bench] of Object.entries(benches))
    if (asked.length === 0 || asked.includes(name)) figures.push(...(await bench()));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ cores: cpus().length, figures }, undefined, 2)}\n`);
    return;
  }
  const width = Math.max(...figures.map(({ name }) => name.length));
  process.stdout.write(`Node ${process.version}, ${cpus().length} cores\n\n`);
  for (const { name, value, claim } of figures) {
    const said = claim === undefined ? '' : `   ${claim.words}: ${claim.holds ? 'holds' : 'DOES NOT HOLD'}`;
    process.stdout.write(`${name.padEnd(width)}   ${value.padStart(12)}${said}\n`);
  }
  if (figures.some(({ claim }) => claim?.holds === false)) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
