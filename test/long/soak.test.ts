import { Rig, brandId } from '../support/rig';
import { until } from '../support/until';
import type { SimDirectMessage } from '../simulators/x/world';

/** The same numbers at every run, so that a failure can be looked into (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const customers = Array.from({ length: 50 }, (_, index) => ({
  id: String(1_700_000_000_000_001_000n + BigInt(index)),
  username: `customer_${index}`,
  name: `Customer ${index}`,
}));
const count = 2_000;
const breaks = 20;
const inOneGo = 20;

test('2,000 messages by webhook, stream and polling at once: each once, each conversation in order', async () => {
  const random = numbers(20261121);
  const rig = await Rig.start({
    delivery: 'activity',
    plugin: { deliveries: ['activity', 'activity-stream', 'poll'] },
    x: { limits: { 'GET /2/dm_events': { calls: 1_000, seconds: 900 } } },
  });
  try {
    for (const each of customers) rig.x.world.addUser(each);
    await rig.supplied();
    await until(() => rig.x.stream.isOpen, 'the stream');
    const said = new Map<string, string[]>(customers.map(({ username }) => [username, []]));
    for (let sent = 0; sent < count; sent += inOneGo) {
      // Out of order across conversations, each event up to twice by webhook and stream.
      const queueNames = shuffled(messages(rig, random, said), random);
      await Promise.all(
        queueNames.map(async (queueName) => {
          for (const message of queueName) await deliver(rig, message, random);
        }),
      );
      if (sent % (count / breaks) === 0) await breakStream(rig);
      if (sent % 200 === 0) rig.scheduler.run('minute');
    }
    let looks = 0;
    const everything = () => {
      // Each reading costs both sides more than handing over a hundred messages.
      if (looks % 50 === 0) rig.scheduler.run('minute');
      looks += 1;
      return rig.received.length >= count;
    };
    await until(everything, 'all messages at the host', 60_000);
    const got = new Map<string, string[]>();
    for (const { from, body } of rig.host.state.notifications as { from: string; body: string }[])
      got.set(from, [...(got.get(from) ?? []), body]);
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(said));
    expect(rig.received).toHaveLength(count);
    expect(rig.x.stream.connections).toBe(breaks + 1);
    const metrics = await (await fetch(`${rig.url}/metrics`)).text();
    const doubles = /events_total\{[^}]*result="duplicate"\} (\d+)/.exec(metrics)?.[1];
    expect(Number(doubles)).toBeGreaterThan(count);
  } finally {
    await rig.stop();
  }
}, 120_000);

async function breakStream(rig: Rig): Promise<void> {
  const { connections } = rig.x.stream;
  rig.x.stream.drop();
  await until(() => {
    rig.clock.jump(250);
    return rig.x.stream.connections > connections;
  }, 'the stream to be back');
}

/** Some messages, by conversation. */
function messages(rig: Rig, random: () => number, said: Map<string, string[]>): SimDirectMessage[][] {
  const queueNames = new Map<string, SimDirectMessage[]>();
  for (let index = 0; index < inOneGo; index += 1) {
    const from = customers[Math.floor(random() * customers.length)]!;
    const queueName = said.get(from.username)!;
    const text = `${from.username} ${queueName.length}`;
    queueName.push(text);
    const message = rig.x.world.addMessage(from.id, brandId, text);
    queueNames.set(from.id, [...(queueNames.get(from.id) ?? []), message]);
  }
  return [...queueNames.values()];
}

async function deliver(rig: Rig, message: SimDirectMessage, random: () => number): Promise<void> {
  await rig.x.feed.publish({ kind: 'message', message }, 1 + Math.floor(random() * 2));
}

function shuffled<T>(list: T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
