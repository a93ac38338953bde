import { signedEvents } from './events';
import { atLeast, median, plain, runs, type Figure } from './figure';
import { push, type LoadResult } from './load';
import { BenchHost, BenchPlugin, startBaseline, type Running } from './stage';

const connections = 32;
const messages = 6_000;
/** The first calls of a process compile its code; they are no measure. */
const warmUp = 3_000;
const path = '/api/messages';

/** Acknowledging events, each on disk before its 200, against servers that keep nothing. */
export async function webhook(): Promise<Figure[]> {
  const host = await BenchHost.start();
  host.manner = 'never';
  const results: Record<'ours' | 'express' | 'bare', LoadResult[]> = { ours: [], express: [], bare: [] };
  for (let run = 0; run < runs; run += 1) {
    results.express.push(await measure(await startBaseline('express', '')));
    const plugin = await BenchPlugin.prepare(host);
    results.ours.push(await measure(await plugin.start()));
    host.release();
    plugin.remove();
    results.bare.push(await measure(await startBaseline('bare', '')));
  }
  host.close();
  const ratioTo = (other: LoadResult[]) =>
    median(results.ours.map(({ perSecond }, run) => perSecond / (other[run]?.perSecond ?? NaN)));
  return [
    plain(
      'webhook: acknowledged a second, durable',
      median(results.ours.map(({ perSecond }) => perSecond)),
      '/s',
    ),
    plain(
      `webhook: p99 while ${connections} connections push`,
      median(results.ours.map(({ p99 }) => p99)),
      'ms',
      1,
    ),
    plain(
      "webhook: the load generator's own cost per event",
      median(results.ours.map(({ ownCost }) => ownCost * 1000)),
      'µs',
    ),
    atLeast('webhook: to express that only checks the signature', ratioTo(results.express), 0.4),
    { name: 'webhook: to bare node:http that does', value: `${ratioTo(results.bare).toFixed(2)} : 1` },
  ];
}

async function measure(server: Running): Promise<LoadResult> {
  const url = `${server.url}${path}`;
  await push(url, signedEvents(warmUp), connections);
  const result = await push(url, signedEvents(messages), connections);
  await server.stop();
  return result;
}

/** The way of the former plugin: express that awaits the host before it answers, and keeps nothing. */
export async function formerWay(): Promise<Figure[]> {
  const host = await BenchHost.start();
  host.manner = { after: 50 };
  const [ours, former]: [LoadResult[], LoadResult[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    const plugin = await BenchPlugin.prepare(host);
    ours.push(await measure(await plugin.start()));
    plugin.remove();
    former.push(await measure(await startBaseline('former', host.url)));
  }
  host.close();
  const of = (results: LoadResult[], what: keyof LoadResult) => median(results.map((each) => each[what]));
  return [
    plain('host takes 50 ms: acknowledged after (median), ours', of(ours, 'p50'), 'ms', 1),
    plain('host takes 50 ms: acknowledged after (median), the former way', of(former, 'p50'), 'ms', 1),
    plain('host takes 50 ms: acknowledged a second, ours', of(ours, 'perSecond'), '/s'),
    plain('host takes 50 ms: acknowledged a second, the former way', of(former, 'perSecond'), '/s'),
  ];
}
