import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { EncryptedRig } from '../support/encrypted';
import { brandId, customer, otherCustomer, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** What X's documents require of whoever reads and writes encrypted chat, beside the cryptography itself. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

test("a customer who quotes the agent's reply is shown with the quote, and not called a forger", async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  expect((await encrypted.answers('Your parcel comes on Monday')).status).toBe(200);
  const reply = encrypted.conversation.events.find(({ senderId }) => senderId === brandId);
  await jane.reply(brandId, reply!, 'Monday is fine');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toBe('> Your parcel comes on Monday\nMonday is fine');
});

test('a key that changed many pages back in the history is found there, among the events', async () => {
  await start({ x: { maxPageSize: 5 } });
  await encrypted.unheard(async () => {
    await jane.rotateKey(brandId);
    for (let count = 0; count < 30; count += 1) await jane.say(brandId, `unheard ${count}`);
  });
  await jane.say(brandId, 'heard');
  await until(() => encrypted.bodies.includes('heard'), 'the message to be opened');
  expect(encrypted.bodies.join()).not.toContain('cannot be read');
});

test('a 200 that holds errors in the place of the message is no success', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  const detail = 'The recipient cannot be reached.';
  rig.x.faults.add({ when: /messages$/, status: 200, body: { errors: [{ title: 'Not sent', detail }] } });
  const outcome = await encrypted.answers('are you there?');
  expect(outcome).toMatchObject({
    status: 422,
    body: { error: { message: expect.stringContaining(detail) as string } },
  });
});

test("a conversation's key is not made for a stranger's public key under the account's name", async () => {
  await start();
  const thief = await rig.x.chatPerson(otherCustomer.id);
  const own = rig.x.chat.registry.get(brandId)!;
  const stolen = rig.x.chat.registry.get(thief.id)!.at(-1)!;
  own.splice(0, own.length, { ...stolen, version: own.at(-1)!.version });
  await rig.replyOutcome({ body: 'hello', Contact: { twitter: customer.username } });
  expect(rig.x.chat.conversation(customer.id, brandId).keyChanges).toEqual([]);
  await rig.logged(/another public key/);
});

test('a customer who has new keys can read the next reply: the conversation gets a new key first', async () => {
  await start();
  await jane.say(brandId, 'from the old phone');
  await rig.receives(1);
  expect((await encrypted.answers('to the old phone')).status).toBe(200);
  await jane.changeDevice();
  rig.clock.jump(6 * 60_000);
  expect((await encrypted.answers('to the new phone')).status).toBe(200);
  expect(jane.read(brandId).map(({ text }) => text)).toContain('to the new phone');
});

test('where X takes no new key, the reply goes with the known one, and X says that nobody can read it', async () => {
  await start();
  await jane.say(brandId, 'from the old phone');
  await rig.receives(1);
  await jane.changeDevice();
  rig.clock.jump(6 * 60_000);
  const { keyChanges } = encrypted.conversation;
  const before = keyChanges.length;
  rig.x.faults.add({
    when: /POST .*keys$/,
    status: 400,
    body: { title: 'Bad', detail: 'no' },
    times: Infinity,
  });
  expect((await encrypted.answers('all the same')).status).toBe(200);
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(
    /could not deliver your reply .*: the customer's security keys have changed/,
  );
  expect(keyChanges).toHaveLength(before);
  await rig.logged(/gets no new key/);
});

test('where X is temporarily unavailable when the new key is posted, the reply waits for it, so that the customer can read it', async () => {
  await start();
  await jane.say(brandId, 'from the old phone');
  await rig.receives(1);
  await jane.changeDevice();
  rig.clock.jump(6 * 60_000);
  rig.x.faults.add({ when: /POST .*keys$/, status: 503 });
  void encrypted.answers('worth the wait');
  const isRead = () => {
    rig.clock.jump(5_000);
    return jane.read(brandId).some(({ text }) => text === 'worth the wait');
  };
  await until(isRead, 'the reply under the new key');
});
