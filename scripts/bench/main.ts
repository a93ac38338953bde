import { cpus } from 'node:os';
import { openingChat } from './openingChat';

/**
 * `npm run bench`: what the README says of speed, measured on this machine. Every figure is the median of five runs;
 * what is compared is compared within one run.
 */

/** One line of the table. */
export interface Figure {
  name: string;
  value: string;
  /** What is claimed, and whether it holds here. */
  claim?: { words: string; holds: boolean };
}

async function main(): Promise<void> {
  const figures = await openingChat();
  if (process.argv.includes('--json')) {
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

void main();
