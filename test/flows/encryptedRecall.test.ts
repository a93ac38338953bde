import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { type AdminClient, signedIn } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { brandId, otherCustomer, type Rig } from '../support/rig';

/** An encrypted reply is taken back from the panel. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
let admin: AdminClient;
afterEach(() => rig.stop());

beforeEach(async () => {
  encrypted = await EncryptedRig.start({ panel: true });
  ({ rig, jane } = encrypted);
  admin = await signedIn(rig);
  await jane.say(brandId, 'hello');
  await rig.receives(1);
});

const rows = async () => (await admin.call('activity', { direction: 'out' })).messages;

test('for everybody in the conversation, and the agent is told', async () => {
  await encrypted.answers('meant for somebody else');
  const [row] = await rows();
  expect(row).toMatchObject({ recallable: true, state: 'delivered' });
  await admin.call('recall', { seq: row!.seq });
  const fresh = encrypted.conversation.events.map(({ messageId }) => messageId);
  expect(encrypted.conversation.events.filter(({ senderId }) => senderId === brandId)).toHaveLength(1);
  expect(fresh).toHaveLength(new Set(fresh).size);
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(
    /Your encrypted reply of .* UTC was taken back on X by .* in the panel\./,
  );
  expect((await rows())[0]).toMatchObject({
    recallable: false,
    reason: expect.stringMatching(/taken back/) as string,
  });
  await expect(admin.call('recall', { seq: row!.seq })).rejects.toThrow(/Only an encrypted reply that X has/);
});

test('where X refuses it, nothing is said to be taken back', async () => {
  await encrypted.answers('stays');
  const [row] = await rows();
  rig.x.faults.add({
    when: /messages\/delete$/,
    status: 403,
    body: { title: 'Forbidden', detail: 'too late' },
  });
  await expect(admin.call('recall', { seq: row!.seq })).rejects.toThrow(/too late/);
  expect((await rows())[0]).toMatchObject({ recallable: true });
  expect(rig.received).toHaveLength(1);
});

test('a plain reply cannot be taken back', async () => {
  await rig.replyOutcome({ body: 'in plain', Contact: { twitter: otherCustomer.username } });
  const [row] = await rows();
  expect(row).toMatchObject({ state: 'delivered', recallable: false });
  await expect(admin.call('recall', { seq: row!.seq })).rejects.toThrow(/Only an encrypted reply/);
});
