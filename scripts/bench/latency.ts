import { Agent, request } from 'node:http';
import { signedEvent, type SignedEvent } from './events';
import { median, plain, quantile, runs, type Figure } from './figure';
import { BenchHost, BenchPlugin } from './stage';

const rates = [1, 50, 500];
/** So long each rate is held, in seconds. */
const held = 4;
/** Further messages are sent so often, in milliseconds. */
const tick = 10;

/** From X's call to the host's having the message, at steady rates. */
export async function latency(): Promise<Figure[]> {
  const host = await BenchHost.start();
  const results = new Map(rates.map((rate) => [rate, { medians: [] as number[], late: [] as number[] }]));
  for (let run = 0; run < runs; run += 1) {
    const plugin = await BenchPlugin.prepare(host);
    const running = await plugin.start();
    const url = `${running.url}/api/messages`;
    await measureLatency(url, 100, host);
    for (const rate of rates) {
      const times = await measureLatency(url, rate, host);
      results.get(rate)?.medians.push(median(times));
      results.get(rate)?.late.push(quantile(times, 0.99));
    }
    await running.stop();
    plugin.remove();
  }
  host.close();
  return [...results].flatMap(([rate, { medians, late }]) => [
    plain(`event to host at ${rate} a second: median`, median(medians), 'ms', 1),
    plain(`event to host at ${rate} a second: p99`, median(late), 'ms', 1),
  ]);
}

let sent = 0;

/** @returns for each message the milliseconds from its sending to the host's having it */
export async function measureLatency(url: string, rate: number, host: BenchHost): Promise<number[]> {
  const count = rate * held;
  const events = Array.from({ length: count }, (_, index) => {
    sent += 1;
    const text = `latency ${sent}`;
    return { text, event: signedEvent(index, text) };
  });
  const sentAt = new Map<string, number>();
  const times: number[] = [];
  const all = new Promise<void>((resolve) => {
    host.onMessage = (body) => {
      const began = sentAt.get((JSON.parse(body) as { body: string }).body);
      if (began !== undefined) times.push(performance.now() - began);
      if (times.length === count) resolve();
    };
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const began = performance.now();
  for (const [index, { text, event }] of events.entries()) {
    while (performance.now() - began < (index / rate) * 1000)
      await new Promise((resolve) => setTimeout(resolve, tick));
    sentAt.set(text, performance.now());
    post(url, event, agent);
  }
  await all;
  host.onMessage = () => {};
  agent.destroy();
  return times;
}

function post(url: string, { body, signature }: SignedEvent, agent: Agent): void {
  const headers = { 'content-length': body.length, 'x-twitter-webhooks-signature': signature };
  request(url, { method: 'POST', agent, headers }, (response) => response.resume()).end(body);
}
