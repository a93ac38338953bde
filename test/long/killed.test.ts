import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CorePorts } from '../../plugin/core/corePorts';
import { OutboundWorker } from '../../plugin/core/outbound/outboundWorker';
import type { Log, MessageStore } from '../../plugin/core/ports';
import type { MessagingAccount, SentMessage } from '../../plugin/core/gateways';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { ManualClock } from '../support/manualClock';
import { scratchFolder } from '../support/scratch';
import { until } from '../support/until';

const runs = 200;
const message = { account: 'a', queueKey: '1', recipientValue: '1', recipientId: '1', attachmentIds: [] };
const texts = ['Hello', 'How can I help?', 'Hello', 'x'.repeat(10_001), 'Bye'];
const expected = ['Hello', 'How can I help?', 'Hello', 'x'.repeat(10_000), 'x', 'Bye'];

/** The process dies at a step: from then on nothing returns any longer, and nothing is done. */
class Life {
  steps = 0;

  constructor(
    private readonly deathAt: number,
    private readonly afterTheDeed: boolean,
  ) {}

  isOver(): boolean {
    return this.steps >= this.deathAt;
  }

  /** Every call of an object's methods is a step. */
  of<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== 'function') return method;
        return (...parts: unknown[]): unknown => {
          if (this.isOver()) throw new Error('dead');
          this.steps += 1;
          if (!this.isOver()) return Reflect.apply(method, object, parts);
          if (this.afterTheDeed) Reflect.apply(method, object, parts);
          return name in sides ? new Promise(() => {}) : dead();
        };
      },
    });
  }
}

const sides = { sendDirectMessage: true, sentMessages: true };
const dead = (): never => {
  throw new Error('dead');
};
const log: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, with: () => log };

/** X, which lives on. */
function conversationOnX() {
  const held: SentMessage[] = [];
  const x = {
    now: () => Date.now(),
    sendDirectMessage: (_target: unknown, text: string) => {
      held.push({ id: String(held.length + 1), text, mediaKeys: [], sentAt: Date.now() });
      return Promise.resolve(String(held.length));
    },
    sentMessages: () => Promise.resolve([...held].reverse()),
  };
  return { held, x };
}

function workerFor(store: MessageStore, life: Life, x: object, clock: ManualClock): OutboundWorker {
  const chat = { reaches: () => Promise.resolve(false) };
  const rules = { followUp: { active: false } };
  const settings = { name: 'a', mapValue: 'id', mergeQueuedReplies: true, rules };
  const account = { ...settings, chat, x: life.of(x) } as unknown as MessagingAccount;
  const ports = {
    ...store,
    outbox: life.of(store.outbox),
    transaction: (work: Parameters<MessageStore['transaction']>[0]) =>
      store.transaction((tables) => work({ ...tables, outbox: life.of(tables.outbox) })),
    accounts: new Map([['a', account]]),
    clock,
    random: () => 0,
    log,
    counters: { count: () => {} },
    activity: () => {},
    maxWait: () => Infinity,
    tellAgent: () => Promise.resolve(),
  };
  return new OutboundWorker(ports as unknown as CorePorts);
}

test(`${runs} times killed at a random step of sending: no text lost, none doubled, the order kept`, async () => {
  let seed = 20261121;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const folder = scratchFolder();
  const clock = new ManualClock(Date.now());
  const steps = new Set<number>();
  for (let run = 0; run < runs;) {
    const directory = join(folder, String(run));
    const { held, x } = conversationOnX();
    let store = await openMessageStore(directory, () => clock.now());
    for (const text of texts) await store.outbox.add({ ...message, text }, clock.now());
    const done = async () => (await store.depths.outbound('a')).waiting === 0;
    // Killed again and again, each time a little further on, until all is sent.
    while (!(await done())) {
      const deathAt = 3 + Math.floor(random() * 14);
      const life = new Life(deathAt, random() < 0.5);
      workerFor(store, life, x, clock)
        .resume()
        .catch(() => {});
      await until(async () => life.isOver() || (await done()), 'death, or the end of the work');
      if (!(await done())) run += 1;
      steps.add(deathAt);
      await new Promise((resolve) => setImmediate(resolve));
      await store.close();
      store = await openMessageStore(directory, () => clock.now());
    }
    await store.close();
    expect(held.map(({ text }) => text)).toEqual(expected);
  }
  expect(steps.size).toBe(14);
  rmSync(folder, { recursive: true, force: true });
}, 60_000);
