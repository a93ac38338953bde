import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { median, plain, runs, type Figure } from './figure';
import { BenchHost, BenchPlugin } from './stage';

const stored = 100_000;
const conversations = 1_000;
/** The rate is taken from the first of them, to be done in this lifetime. */
const drained = 10_000;
const batch = 1_000;

/** A host that comes back after a long outage: 100,000 messages wait. */
export async function backlog(): Promise<Figure[]> {
  const host = await BenchHost.start();
  const results: { perSecond: number; startUp: number; memory: number }[] = [];
  for (let run = 0; run < runs; run += 1) {
    const plugin = await BenchPlugin.prepare(host);
    await fill(plugin.dataDir);
    results.push(await drain(plugin, host));
    plugin.remove();
  }
  host.close();
  const startUp = median(results.map((each) => each.startUp));
  const memory = median(results.map((each) => each.memory));
  return [
    plain('backlog of 100,000: handed over a second', median(results.map((each) => each.perSecond)), '/s'),
    {
      name: 'backlog of 100,000: from the start to listening',
      value: `${startUp.toFixed(0)} ms`,
      claim: { words: 'at most 1,000 ms', holds: startUp <= 1_000 },
    },
    {
      name: 'backlog of 100,000: memory while it drains, at most',
      value: `${memory.toFixed(0)} MB`,
      claim: { words: 'at most 150 MB', holds: memory <= 150 },
    },
  ];
}

async function fill(dataDir: string): Promise<void> {
  const store = await openMessageStore(dataDir, () => Date.now());
  for (let first = 0; first < stored; first += batch)
    await store.inbox.keep(
      Array.from({ length: batch }, (_, index) => {
        const number = first + index;
        const id = String(1_700_000_000_000_000_000n + BigInt(number % conversations));
        return {
          account: 'bench',
          messageId: String(2_100_000_000_000_000_000n + BigInt(number)),
          conversation: `dm:${id}`,
          sender: { id, username: `customer_${number % conversations}`, name: 'A customer' },
          text: `message ${number}`,
          media: [],
          sentAt: Date.now(),
        };
      }),
    );
  await store.close();
}

async function drain(plugin: BenchPlugin, host: BenchHost) {
  let taken = 0;
  let memory = 0;
  let began = 0;
  const enough = new Promise<void>((resolve) => {
    host.onMessage = () => {
      taken += 1;
      if (taken === 1) began = performance.now();
      if (taken === drained) resolve();
    };
  });
  const running = await plugin.start();
  const watch = setInterval(() => (memory = Math.max(memory, running.memory())), 100);
  await enough;
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  host.onMessage = () => {};
  await running.stop();
  return { perSecond: drained / seconds, startUp: running.startUp, memory };
}
