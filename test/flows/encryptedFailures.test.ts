import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { EncryptedRig } from '../support/encrypted';
import { brandId, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** X takes an encrypted reply, and says afterwards that it could not be delivered, or the other way round. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
  await jane.say(brandId, 'hello');
  await rig.receives(1);
}

const read = () => jane.read(brandId).map(({ text }) => text);
const ofBrand = () => encrypted.conversation.events.filter(({ senderId }) => senderId === brandId);

test("the customer's keys changed a moment ago: the reply is sent again under a new key, once, without a word", async () => {
  await start();
  // So the plugin has asked for the customer's keys, and believes in them for some minutes.
  expect((await encrypted.answers('first')).status).toBe(200);
  await jane.changeDevice();
  expect((await encrypted.answers('second')).status).toBe(200);
  await until(() => read().includes('second'), 'the reply under the new key');
  expect(ofBrand().filter((event) => jane.inspect(brandId, event)?.content?.text === 'second')).toHaveLength(
    1,
  );
  await jane.say(brandId, 'thanks');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/security keys of this customer have changed[^]*\nthanks$/);
});

test('X failed it for a newer key of the conversation: sent again under that one', async () => {
  await start();
  await encrypted.answers('first');
  await encrypted.unheard(() => jane.rotateKey(brandId));
  rig.x.chat.failures.push('nonLatestKeyVersion');
  await encrypted.answers('second');
  await until(() => read().includes('second'), 'the reply under the newer key');
  expect(rig.received).toHaveLength(1);
});

test('what fails twice is told to the agent, and not tried a third time', async () => {
  await start();
  rig.x.chat.failures.push('recipientKeyChanged', 'recipientKeyChanged');
  await encrypted.answers('hopeless');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/X could not deliver/);
  expect(encrypted.conversation.keyChanges.length).toBeLessThanOrEqual(2);
  expect(rig.x.traffic.filter((call) => /POST .*\/messages$/.test(call))).toHaveLength(2);
});

test('after a restart its words are gone: the agent is asked to send it again', async () => {
  await start();
  const { feed } = rig.x;
  rig.x.chat.failures.push('recipientKeyChanged');
  const { onEvent } = rig.x.chat;
  const held: Parameters<typeof onEvent>[] = [];
  rig.x.chat.onEvent = (...event) => Promise.resolve(void held.push(event));
  await encrypted.answers('before the restart');
  rig.x.chat.onEvent = onEvent;
  await rig.stopPlugin();
  await rig.startPlugin();
  await rig.supplied();
  for (const [event, conversation] of held) await feed.publish({ kind: 'chat', event, conversation });
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/security keys have changed\. Please send it again\./);
});

test('no answer, then a rate limit: what may be on X already is not sent as another message', async () => {
  await start();
  rig.x.faults.add({ when: /^POST .*\/messages$/, cut: 'after' });
  const posts = () => rig.x.traffic.filter((call) => /^POST \/2\/chat.*\/messages$/.test(call)).length;
  void encrypted.answers('once');
  await until(() => posts() === 1, 'the first try');
  rig.x.faults.add({ when: /^POST .*\/messages$/, status: 429, body: { title: 'Too Many Requests' } });
  await until(() => {
    rig.clock.jump(1_000);
    return posts() >= 2;
  }, 'the second try');
  void encrypted.answers('and another');
  // Before the first one is tried again, so that the two could be joined.
  await until(
    async () => (await rig.health()).body.accounts['support']?.outbound.waiting === 2,
    'the other reply to wait',
  );
  await until(() => {
    rig.clock.jump(60_000);
    return read().includes('and another');
  }, 'the other reply');
  expect(read().filter((text) => text.includes('once'))).toHaveLength(1);
});

test('X tells twice that a reply failed, and the process ends in between: it is sent again once, and not called lost', async () => {
  await start();
  const { feed, chat } = rig.x;
  await encrypted.answers('first');
  await encrypted.unheard(() => jane.rotateKey(brandId));
  chat.failures.push('nonLatestKeyVersion');
  const { onEvent } = chat;
  const told: Parameters<typeof onEvent>[] = [];
  chat.onEvent = async (...event) => {
    told.push(event);
    await onEvent(...event);
  };
  await encrypted.answers('second');
  await until(() => read().includes('second'), 'the reply under the newer key');
  chat.onEvent = onEvent;
  await rig.stopPlugin();
  await rig.startPlugin();
  await rig.supplied();
  const [event, conversation] = told.find(
    ([{ senderId }, { memberIds }]) => senderId === brandId && memberIds.length === 1,
  )!;
  // The same in another wrapping.
  const bytes = Buffer.from(event.encoded, 'base64');
  bytes[7] = bytes[7]! ^ 1;
  const again = { ...event, encoded: bytes.toString('base64') };
  await feed.publish({ kind: 'chat', event: again, conversation });
  await jane.say(brandId, 'thanks');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual(['hello', 'thanks']);
  expect(read().filter((text) => text === 'second')).toHaveLength(1);
});

test('X refuses the repeat of a message it has: it counts as sent', async () => {
  await start();
  rig.x.faults.add({ when: /^POST .*\/messages$/, cut: 'after' });
  const refusal = { title: 'Conflict', detail: 'duplicate' };
  const posts = () => rig.x.traffic.filter((call) => /^POST \/2\/chat.*\/messages$/.test(call)).length;
  const answered = encrypted.answers('once');
  await until(() => posts() === 1, 'the first try');
  rig.x.faults.add({ when: /^POST .*\/messages$/, status: 409, body: refusal });
  await until(() => {
    rig.clock.jump(1_000);
    return posts() >= 2;
  }, 'the second try');
  expect((await answered).status).toBeLessThan(300);
  await until(
    async () => (await rig.health()).body.accounts['support']?.outbound.waiting === 0,
    'the reply to be done',
  );
  expect(read()).toEqual(['hello', 'once']);
  expect((await rig.health()).body.accounts['support']?.outbound.failed).toBe(0);
});

test('a customer X does not let us write to first: the agent is told what has to happen', async () => {
  await start();
  rig.x.chat.failures.push('recipientNotTrusted');
  await encrypted.answers('hello?');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/the customer has to write to this account first, or follow it/);
});
