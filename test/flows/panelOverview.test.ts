import { type AdminClient, signedIn } from '../support/adminClient';
import { Rig, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ panel: true, ...options });
  admin = await signedIn(rig);
}

describe('conversations', () => {
  const people = async (query: object = {}) =>
    (await admin.call('people', query)).people.map(({ handle }) => handle);
  const full = { config: { log: { messageText: 'full' as const, dir: '/nonexistent/x' } } };

  test('a customer is found by handle, name or words, and by day; both sides stand in the order they were written', async () => {
    await start(full);
    const interaction = await rig.interaction();
    await rig.host.agentWrites(interaction, 'Your parcel is here');
    await rig.customerWrites('Thank you');
    await rig.receives(2);
    for (const search of ['@jane_doe', 'JANE_', 'jane doe', 'parcel is', 'thank', customer.id])
      expect([search, await people({ search })]).toEqual([search, ['jane_doe']]);
    expect(await people()).toEqual(['jane_doe']);
    expect(await people({ search: 'nobody' })).toEqual([]);
    expect(await people({ account: 'other' })).toEqual([]);
    const now = rig.clock.now();
    expect(await people({ from: now - 60_000, to: now + 60_000 })).toEqual(['jane_doe']);
    expect(await people({ from: now - 120_000, to: now - 60_000 })).toEqual([]);
    const one = { account: 'support', person: customer.id };
    const { messages } = await admin.call('conversation', one);
    expect(messages.map(({ by, words, state }) => [by, words, state])).toEqual([
      ['customer', 'Hello', 'delivered'],
      ['agent', 'Your parcel is here', 'delivered'],
      ['customer', 'Thank you', 'delivered'],
    ]);
    expect(messages.map(({ interactionId }) => interactionId)).toEqual(
      Array.from({ length: 3 }, () => String(interaction.id)),
    );
    const recent = await admin.call('conversation', { ...one, since: messages[2]!.at });
    expect(recent.messages.map(({ words }) => words)).toContain('Thank you');
    expect((await admin.call('conversation', { ...one, since: now + 60_000 })).messages).toEqual([]);
  });

  test('hidden words are neither shown nor searched; encrypted ones, notices and what waits say what they are', async () => {
    await start();
    await rig.customerWrites('a secret');
    await rig.receives(1);
    expect(await people({ search: 'secret' })).toEqual([]);
    expect(await people({ search: 'jane' })).toEqual(['jane_doe']);
    rig.host.faults.add({ when: /notify$/, status: 503, times: 50 });
    await rig.customerWrites('another secret');
    await until(async () => {
      const { messages } = await admin.call('conversation', { account: 'support', person: customer.id });
      expect(JSON.stringify(messages)).not.toContain('secret');
      return messages[1]?.state === 'waiting' && messages[1].reason !== undefined;
    }, 'the reason');
  });
});

test('the overview: what waits, since when and why; at once with a click', async () => {
  await start();
  const state = async () => (await admin.call('overview', {})).accounts[0]!;
  await rig.interaction();
  expect(await state()).toMatchObject({
    waits: [],
    needsPerson: false,
    lastInAt: expect.any(Number) as number,
  });
  rig.host.faults.add({ when: /notify$/, status: 503, times: 50 });
  await rig.customerWrites('first');
  await rig.customerWrites('second');
  await until(async () => (await state()).waits[0]?.nextTryAt !== undefined, 'the next try');
  const { waits, needsPerson, state: shown } = await state();
  // It goes on by itself, and is not called trouble.
  expect(shown).toBe('waiting');
  expect(JSON.stringify(waits)).not.toMatch(/POST|\/api|:id/);
  expect(waits).toMatchObject([
    { direction: 'in', count: 2, reason: expect.stringContaining('503') as string },
  ]);
  expect(needsPerson).toBe(false);
  rig.clock.jump(16 * 60_000);
  expect(await state()).toMatchObject({ needsPerson: true, state: 'trouble' });
  rig.host.faults.clear();
  await admin.call('tryNow', { account: 'support' });
  await rig.receives(3);
  await until(async () => (await state()).waits.length === 0, 'nothing to wait');
});

test('the cost of the month warns from the limit on', async () => {
  await start({ account: { costs: { monthlyLimit: 0.01 } } });
  await rig.interaction();
  await until(async () => (await admin.call('overview', {})).accounts[0]!.needsPerson, 'the warning');
  const [state] = (await admin.call('overview', {})).accounts;
  expect(state?.reasons).toEqual([expect.stringContaining('the warning is set at $0.01')]);
  expect(state?.month.forecast).toBeGreaterThanOrEqual(state!.month.month);
});
