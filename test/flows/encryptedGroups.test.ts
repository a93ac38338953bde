import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import type { ChatConversation } from '../simulators/x/chat/chatWorld';
import { damage, EncryptedRig } from '../support/encrypted';
import { brandId, customer, otherCustomer, type Rig, type RigOptions } from '../support/rig';

/** Encrypted groups: who has a say in them, and what an agent has to know of them. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
let max: ChatPerson;
let group: ChatConversation;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
  max = await rig.x.chatPerson(otherCustomer.id);
  group = rig.x.chat.begin('g77', [customer.id, otherCustomer.id, brandId]);
}

/** What agents read, without the remark on the group. */
const words = () =>
  encrypted.bodies.map((body) => body.replace(/^\[X channel\] This is (?:an|the) .*\n/, ''));

test('a member who made the key has left, so that X shows their keys no more: the others are read and answered', async () => {
  await start();
  await encrypted.unheard(() => max.rotateKey('g77'));
  jane.read('g77');
  rig.x.chat.leave(group, otherCustomer.id);
  await jane.say('g77', 'Max has left us');
  await rig.receives(1);
  expect(words()).toEqual(['Max has left us']);
  expect(await encrypted.answers('We see')).toMatchObject({ status: 200 });
  expect(jane.read('g77').map(({ text }) => text)).toEqual(['Max has left us', 'We see']);
});

test('a key by somebody outside the group is not used to answer', async () => {
  await start();
  await jane.say('g77', 'hello');
  await rig.receives(1);
  const stranger = await rig.x.chatPerson('1700000000000000099');
  await rig.x.feed.publish({ kind: 'chat', event: stranger.intrude(group), conversation: group });
  await jane.say('g77', 'still us');
  await rig.receives(2);
  expect(await encrypted.answers('for the group only')).toMatchObject({ status: 200 });
  expect(max.read('g77').map(({ text }) => text)).toEqual(['hello', 'still us', 'for the group only']);
});

test('a key that no member has signed, though it says so, is not used to answer', async () => {
  await start();
  await jane.say('g77', 'hello');
  await rig.receives(1);
  const { keyVersion, encryptedFor } = group;
  const change = await encrypted.unheard(() => max.rotateKey('g77'));
  const forged = group.keyVersion!;
  Object.assign(group, { keyVersion, encryptedFor });
  group.keyChanges.pop();
  group.events.pop();
  await rig.x.chat.deliver({ ...change, encoded: damage(change.encoded, change.messageId, -1) }, group);
  await jane.say('g77', 'still us');
  await rig.receives(2);
  expect(await encrypted.answers('for the group only')).toMatchObject({ status: 200 });
  expect(jane.read('g77').map(({ text }) => text)).toContain('for the group only');
  const kept = (await rig.store.chat.keys('support', 'g77')).find(({ version }) => version === forged);
  expect(kept?.untrusted ?? true).toBe(true);
});

test('the answer in a group quotes what was said last', async () => {
  await start();
  await jane.say('g77', 'When does it come?');
  await rig.receives(1);
  await encrypted.answers('On Monday');
  expect(max.inspect('g77', group.events.at(-1)!)).toMatchObject({
    replyPreviewValidation: 'valid',
    content: { replying_to_preview: { senderId: customer.id, messageText: 'When does it come?' } },
  });
});

test("the group's name is told with the first message, encrypted or not, and who joins and leaves", async () => {
  await start();
  await jane.rotateKey('g77');
  group.name = jane.encryptName('g77', 'Family Doe');
  await jane.say('g77', 'hello');
  await rig.receives(1);
  expect(encrypted.bodies[0]).toBe(
    '[X channel] This is the encrypted group "Family Doe" of 3 people. Everybody in it reads what you reply.\nhello',
  );
  await max.say('g77', 'me too');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toBe('me too');
  const newcomer = await rig.x.chatPerson('1700000000000000099');
  await jane.addMember('g77', newcomer.id);
  await rig.receives(3);
  expect(encrypted.bodies[2]).toMatch(/user 1700000000000000099 joined this group/);
  await newcomer.say('g77', 'good morning');
  await rig.receives(4);
  expect(encrypted.bodies[3]).toBe('good morning');
});

test('X says in a group that an answer failed: the agent is told there', async () => {
  await start();
  await jane.say('g77', 'hello');
  await rig.receives(1);
  rig.x.chat.failures.push('contentsTooLarge');
  await encrypted.answers('a long story');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/X could not deliver your reply of .* UTC: it is too large\./);
  expect(encrypted.interaction.threadId).toBe('group:g77');
});

test('an admin of the group deletes what somebody else wrote: it is not kept here either', async () => {
  await start();
  group.adminIds = [otherCustomer.id];
  const said = await jane.say('g77', 'something bad');
  await rig.receives(1);
  await max.deleteForAll('g77', said);
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(/An admin of the group deleted another member's message of/);
  expect(await encrypted.keeps(said)).toBe(false);
});

test('somebody who is no admin deletes nothing of others here', async () => {
  await start();
  const said = await jane.say('g77', 'something good');
  await rig.receives(1);
  await max.deleteForAll('g77', said);
  await max.say('g77', 'did that work?');
  await rig.receives(2);
  expect(words()[1]).toBe('did that work?');
  expect(await encrypted.keeps(said)).toBe(true);
});

test('a group X tells nothing of but errors goes on all the same', async () => {
  await start();
  const errors = [{ title: 'Not Found', detail: 'no longer in it' }];
  rig.x.faults.add({ when: /^GET .*\/g77$/, status: 200, body: { errors }, times: Infinity });
  await jane.say('g77', 'hello');
  await max.say('g77', 'hello');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual(['hello', 'hello']);
});
