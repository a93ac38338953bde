import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { signedIn } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { backUpKeys } from '../support/keyBackup';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';

/** Messages that could not be read when they came, and can be read later. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

const late = (text: string) =>
  expect.stringMatching(
    new RegExp(
      `^\\[X channel\\] The customer wrote this at [\\d :-]+ UTC\\. It could not be read until now\\.\\n${text}$`,
    ),
  ) as string;

test('the key of a conversation comes with the next message: the one before is handed over as well', async () => {
  await start();
  await jane.say(brandId, 'one');
  await rig.receives(1);
  const change = await encrypted.unheard(() => jane.rotateKey(brandId));
  const { conversation } = encrypted;
  const hidden = conversation.keyChanges.pop()!;
  conversation.events = conversation.events.filter(({ encoded }) => encoded !== hidden);
  await jane.say(brandId, 'two');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/X shows no key for it/);
  await rig.x.chat.deliver(change, conversation);
  await rig.receives(3);
  expect(encrypted.bodies[2]).toEqual(late('two'));
  await jane.say(brandId, 'three');
  await rig.receives(4);
  expect(encrypted.bodies[3]).toBe('three');
});

test('keys are recovered after the first messages have come: all of them are handed over, once', async () => {
  rig = await Rig.start({ delivery: 'activity', panel: true });
  await rig.supplied();
  const device = await rig.x.chatPerson(brandId);
  jane = await rig.x.chatPerson(customer.id);
  await jane.say(brandId, 'one');
  await jane.say(brandId, 'two');
  await rig.receives(2);
  const bodies = () => rig.received.map(({ body }) => body);
  expect(bodies().every((body) => body.includes('has no keys'))).toBe(true);
  // Of more than are tried at a time.
  for (let seq = 1_000; seq < 2_200; seq += 1) void rig.store.chat.noteUnread('support', 'g1', seq);
  await backUpKeys(rig.x.keyBackup, brandId, '2580', device.exportKeys());
  const admin = await signedIn(rig);
  await admin.call('recoverChatKeys', { account: 'support', pin: '2580' });
  await rig.receives(4);
  expect(bodies().slice(2)).toEqual([late('one'), late('two')]);
  await rig.stopPlugin();
  await rig.startPlugin();
  await rig.supplied();
  await jane.say(brandId, 'three');
  await rig.receives(5);
  expect(bodies()[4]).toBe('three');
});

test('many messages under a key that is nowhere do not read the whole history each', async () => {
  await start();
  await jane.say(brandId, 'one');
  await rig.receives(1);
  await encrypted.unheard(() => jane.rotateKey(brandId));
  const { conversation } = encrypted;
  const hidden = conversation.keyChanges.pop()!;
  conversation.events = conversation.events.filter(({ encoded }) => encoded !== hidden);
  for (let count = 0; count < 5; count += 1) await jane.say(brandId, `hidden ${count}`);
  await rig.receives(6);
  expect(rig.x.traffic.filter((call) => call.endsWith('/events')).length).toBeLessThanOrEqual(2);
});

test('a message that was edited before it could be read comes as the message it is now', async () => {
  await start();
  const original = await encrypted.unheard(() => jane.say(brandId, 'I pay 10'));
  encrypted.conversation.events.pop();
  await jane.edit(brandId, original, 'I pay 100');
  await rig.receives(1);
  expect(encrypted.bodies[0]).toBe(
    '[X channel] The customer had changed this message before it came.\nI pay 100',
  );
});

test('a reaction to our reply says to which', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('Your parcel comes on Monday');
  const reply = encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;
  await jane.react(brandId, reply, '❤️');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/reacted to your reply of [\d :-]+ UTC with ❤️\./);
});

test('disappearing messages: the agent is told, the reply disappears as well, and nothing is kept here', async () => {
  await start();
  const said = await jane.say(brandId, 'burn after reading', { ttlMsec: 7 * 24 * 60 * 60_000 });
  await rig.receives(1);
  expect(encrypted.bodies[0]).toMatch(
    /This message disappears on X after 7 days\. [^]*\nburn after reading$/,
  );
  await encrypted.answers('yes');
  const reply = encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;
  expect(jane.inspect(brandId, reply)?.ttlMsec).toBe(7 * 24 * 60 * 60_000);
  expect(await encrypted.keeps(said)).toBe(false);
  // The customer must have time to read it all the same.
  await jane.say(brandId, 'at once', { ttlMsec: 1 });
  await rig.receives(2);
  await encrypted.answers('not so fast');
  const next = encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;
  expect(jane.inspect(brandId, next)?.ttlMsec).toBe(5 * 60_000);
});

test('links in a reply are ones in the app of the customer', async () => {
  await start();
  await jane.say(brandId, 'where?');
  await rig.receives(1);
  const text = 'Grüße: see https://example.com/a?b=1, please.';
  await encrypted.answers(text);
  const reply = encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;
  const [link] = jane.inspect(brandId, reply)!.content!.entities!;
  const bytes = Buffer.from(text).subarray(link!.startIndex, link!.endIndex);
  expect(bytes.toString()).toBe('https://example.com/a?b=1');
});
