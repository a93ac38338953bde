import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { EncryptedRig } from '../support/encrypted';
import { brandId, customer, otherCustomer, Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** The account's own user writes in X's app as well, beside the plugin. */

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

test('what a colleague answers there is shown to the agent, once; our own replies are not', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('from the desk');
  await rig.brandPerson!.say(customer.id, 'from the phone');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toBe("[X channel] A colleague replied in X's app:\nfrom the phone");
  rig.scheduler.run('quarter');
  await jane.say(brandId, 'thanks to both');
  await rig.receives(3);
  expect(encrypted.bodies[2]).toBe('thanks to both');
  expect(jane.read(brandId).map(({ text }) => text)).toEqual([
    'hello',
    'from the desk',
    'from the phone',
    'thanks to both',
  ]);
});

test("a reply that an earlier version sent is not taken for a colleague's", async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('from before the upgrade');
  // Up to 0.7 nothing was noted of it but its id.
  jest.spyOn(rig.store.chat, 'sent').mockResolvedValue(undefined);
  const event = encrypted.conversation.events.findLast(({ senderId }) => senderId === brandId)!;
  const bytes = Buffer.from(event.encoded, 'base64');
  bytes[7] = bytes[7]! ^ 1;
  const again = { ...event, encoded: bytes.toString('base64') };
  await rig.x.feed.publish({ kind: 'chat', event: again, conversation: encrypted.conversation });
  await jane.say(brandId, 'thanks');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual(['hello', 'thanks']);
});

test('it does not count as the customer having written, and silences the bot', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await rig.brandPerson!.say(customer.id, 'I take this one');
  await rig.receives(2);
  const state = await rig.store.conversations.read('support', `dm:${customer.id}`);
  expect(state.withAgents).toMatch(/colleague/);
  expect(state.agentAt).toBeDefined();
});

test("a new key the account's own phone made is taken in", async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await rig.brandPerson!.rotateKey(customer.id);
  await jane.say(brandId, 'under the new key');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual(['hello', 'under the new key']);
  expect(rig.x.traffic.filter((call) => call.endsWith('/events'))).toEqual([]);
});

test('in a group as well, and by polling', async () => {
  await start({ delivery: 'poll' });
  await rig.x.chatPerson(otherCustomer.id);
  rig.x.chat.begin('g77', [customer.id, otherCustomer.id, brandId]);
  const read = async (what: number) =>
    until(() => {
      rig.scheduler.run('minute');
      return rig.received.length >= what;
    }, `message ${what}`);
  await jane.say('g77', 'hello');
  await read(1);
  await encrypted.answers('from the desk');
  await rig.brandPerson!.say('g77', 'from the phone');
  await read(2);
  expect(encrypted.bodies[1]).toBe("[X channel] A colleague replied in X's app:\nfrom the phone");
});

test('message requests that X does not list are told where nothing is pushed', async () => {
  await start({ delivery: 'poll' });
  rig.x.chat.hasRequests = true;
  await until(async () => {
    rig.scheduler.run('minute');
    const { chat } = (await rig.health()).body.accounts['support'] as unknown as {
      chat: { reason?: string };
    };
    return chat.reason?.includes('message requests of new customers are waiting on x.com') === true;
  }, 'the standing');
});
