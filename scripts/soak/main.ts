import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../../plugin/core/errors';
import { median, quantile } from '../bench/figure';
import { replyToken } from '../bench/stage';
import { chart } from './chart';
import { Nodes } from './nodes';
import { SoakSides } from './sides';

/**
 * `npm run soak [-- --minutes 60 --nodes 2]`: the built plugin under steady work, with the simulators of X and XCALLY Motion, which fail
 * now and then. Several nodes share a database on PostgreSQL, and the calls go to them in turn. Memory and open handles of the node
 * with the most, and latency over time, go to `build/soak/`, or to `build/soak-2-nodes/`. It ends with code 1 when a message is lost or doubled,
 * or, in a run of more than ten minutes, when memory or handles keep growing.
 */

const perSecond = 5;
const answerEvery = 2;
/** Each side refuses one call per so many messages. */
const faultEvery = 50;
const sampleEvery = 10_000;
/** The host is down for so long, so often. Milliseconds. */
const outage = { every: 5 * 60_000, lasts: 20_000 };
/** Memory and handles of the last quarter may be so much more than those of the second one. */
const growthAllowed = 1.2;
/** Growth is judged of longer runs only: what a process takes to warm up looks like growth in a shorter one. Minutes. */
const warmedUpAfter = 10;
/** A second try that was still due is over by then. Milliseconds. */
const lateMs = 10_000;

interface Sample {
  at: number;
  megabytes: number;
  handles: number;
  latency: number;
  slowest: number;
}

async function main(): Promise<void> {
  const { minutes, count } = readArguments();
  const sides = await SoakSides.start();
  const nodes = await Nodes.start(count, sides.settings).catch(async (error: unknown) => {
    await sides.close();
    throw error;
  });
  try {
    await soak(minutes, nodes, sides);
  } finally {
    await nodes.stop();
    await sides.close();
  }
}

/** @throws Error where they make no sense */
function readArguments(): { minutes: number; count: number } {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '60' }, nodes: { type: 'string', default: '1' } },
  });
  const [minutes, count] = [Number(values.minutes), Number(values.nodes)];
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes}: a number above 0 is needed`);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--nodes ${values.nodes}: 1, 2, … are possible`);
  return { minutes, count };
}

async function soak(minutes: number, nodes: Nodes, sides: SoakSides): Promise<void> {
  const work = new Work(nodes, sides);
  const samples: Sample[] = [];
  const began = performance.now();
  let sampled = 0;
  while (performance.now() - began < minutes * 60_000) {
    const passed = performance.now() - began;
    sides.setHostDown(passed % outage.every > outage.every - outage.lasts);
    await work.until(passed);
    if (passed - sampled >= sampleEvery) {
      sampled = passed;
      samples.push({ at: passed, ...nodes.most(), ...work.latencies() });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  sides.setHostDown(false);
  const faults = [...(await work.settle()), ...(minutes > warmedUpAfter ? growing(samples) : [])];
  report(samples, { minutes, nodes: nodes.count }, work, faults);
}

/** Customers and agents, who write steadily. */
class Work {
  private readonly sentAt = new Map<string, number>();
  private readonly sent = { in: [] as string[], out: [] as string[] };
  private readonly unanswered: string[] = [];
  private times: number[] = [];

  constructor(
    private readonly nodes: Nodes,
    private readonly sides: SoakSides,
  ) {
    sides.onMessage = (words) => {
      const at = this.sentAt.get(words);
      if (at === undefined) return;
      this.times.push(performance.now() - at);
      this.sentAt.delete(words);
    };
  }

  get written(): { in: number; out: number } {
    return { in: this.sent.in.length, out: this.sent.out.length };
  }

  /** Writes all that is due after so many milliseconds. */
  async until(passed: number): Promise<void> {
    while (this.sent.in.length < (passed / 1000) * perSecond) {
      const number = this.sent.in.length;
      if (number % faultEvery === 0) this.sides.refuseNext();
      await this.customerWrites(`in ${number}`, number);
      if (number % answerEvery === 0)
        this.agentWrites(`out ${number}`, number).catch((error: unknown) =>
          this.unanswered.push(`the reply ${number} was not answered: ${reasonOf(error)}`),
        );
    }
  }

  /** Of the messages that arrived since the last call, in milliseconds. */
  latencies(): { latency: number; slowest: number } {
    const times = this.times.length > 0 ? this.times : [0];
    this.times = [];
    return { latency: median(times), slowest: quantile(times, 0.99) };
  }

  /** Waits for the last ones. @returns what is wrong, in words */
  async settle(): Promise<string[]> {
    const all = () =>
      this.sides.atHost().size >= this.sent.in.length && this.sides.atX().size >= this.sent.out.length;
    const deadline = Date.now() + 5 * 60_000;
    while (!all() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    // What is sent twice may come after everything has arrived once.
    await new Promise((resolve) => setTimeout(resolve, lateMs));
    return [
      ...this.unanswered,
      ...wrongOf('messages', this.sent.in, this.sides.atHost()),
      ...wrongOf('replies', this.sent.out, this.sides.atX()),
    ];
  }

  private async customerWrites(words: string, number: number): Promise<void> {
    this.sent.in.push(words);
    this.sentAt.set(words, performance.now());
    await this.sides.customerWrites(this.nodes.next(), words, number);
  }

  private async agentWrites(words: string, number: number): Promise<void> {
    this.sent.out.push(words);
    this.sides.connect(this.nodes.next(), replyToken);
    if (!(await this.sides.agentWrites(words, number))) this.sent.out.splice(this.sent.out.indexOf(words), 1);
  }
}

function wrongOf(what: string, sent: string[], taken: ReadonlyMap<string, number>): string[] {
  const lost = sent.filter((words) => !taken.has(words)).length;
  const doubled = [...taken.values()].filter((times) => times > 1).length;
  return [
    ...(lost > 0 ? [`${lost} ${what} were lost`] : []),
    ...(doubled > 0 ? [`${doubled} ${what} came twice`] : []),
  ];
}

function growing(samples: Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return [];
  return (['megabytes', 'handles'] as const).flatMap((what) => {
    const early = median(samples.slice(quarter, 2 * quarter).map((each) => each[what]));
    const late = median(samples.slice(-quarter).map((each) => each[what]));
    return late > early * growthAllowed
      ? [`${what} grew from ${early.toFixed(0)} to ${late.toFixed(0)}`]
      : [];
  });
}

function report(
  samples: Sample[],
  { minutes, nodes }: { minutes: number; nodes: number },
  work: Work,
  faults: string[],
): void {
  const folder = join('build', nodes > 1 ? `soak-${nodes}-nodes` : 'soak');
  mkdirSync(folder, { recursive: true });
  const curve = (title: string, unit: string, of: (sample: Sample) => number) => ({
    title,
    unit,
    values: samples.map(of),
    byPowers: unit === 'ms',
  });
  const curves = [
    curve('Memory', 'MB', ({ megabytes }) => megabytes),
    curve('Open handles', '', ({ handles }) => handles),
    curve('Event to host, median (powers of ten)', 'ms', ({ latency }) => latency),
    curve(
      'Event to host, p99 (powers of ten; the host is down for 20 s every 5 minutes)',
      'ms',
      ({ slowest }) => slowest,
    ),
  ];
  writeFileSync(join(folder, 'soak.svg'), chart(curves, `${minutes} min`));
  writeFileSync(
    join(folder, 'soak.json'),
    JSON.stringify({ minutes, nodes, written: work.written, faults, samples }),
  );
  const { in: messages, out: answers } = work.written;
  process.stdout.write(
    `${nodes === 1 ? 'one node' : `${nodes} nodes`}, ${minutes} minutes, ${messages} messages, ${answers} answers; see ${folder}/soak.svg\n`,
  );
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}

void main();
