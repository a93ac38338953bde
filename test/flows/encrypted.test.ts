import { AdminClient } from '../support/adminClient';
import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';

let rig: Rig;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ delivery: 'activity', ...options });
  await rig.supplied();
}

const writes = (encoded: string, senderId = customer.id, times = 1) =>
  rig.x.feed.publish({ kind: 'chat', senderId, recipientId: brandId, encoded }, times);
const chat = async () => (await rig.health()).body.accounts['support']?.chat;

const words =
  '[openchannel-x] The customer wrote in encrypted X Chat, which this channel cannot read. Please read and answer it on x.com, and tell your administrator.';

test('an encrypted message is told to the agent, once, in the conversation of that customer', async () => {
  await start();
  const { id } = await rig.interaction();
  await writes('Y2xvc2Vk', customer.id, 3);
  await rig.receives(2);
  await writes('YW5vdGhlcg==');
  await rig.receives(3);
  expect(rig.received.map(({ body }) => body)).toEqual(['Hello', words, words]);
  expect(new Set(rig.received.map(({ OpenchannelInteractionId }) => OpenchannelInteractionId))).toEqual(
    new Set([id]),
  );
});

test('also from a customer who never wrote before', async () => {
  await start();
  await writes('Y2xvc2Vk', otherCustomer.id);
  await rig.receives(1);
  expect(rig.host.state.contacts.map(({ fields }) => fields['twitter'])).toEqual([otherCustomer.username]);
});

test('/health and the panel say the same', async () => {
  await start({ panel: true });
  const admin = new AdminClient(() => rig.url);
  await admin.signIn(rig.secrets.adminPassword);
  const reasons = async () => (await admin.call('overview', {})).accounts[0]?.reasons;
  expect(await chat()).toEqual({ state: 'no-keys' });
  expect(await reasons()).toEqual([]);
  await writes('Y2xvc2Vk');
  await rig.receives(1);
  expect(await chat()).toEqual({ state: 'no-keys', lastMessageAt: expect.any(String) as string });
  expect(await reasons()).toEqual([expect.stringMatching(/^Customers write in encrypted X Chat/)]);
});

test('switched off: X is not asked for them', async () => {
  await start({ account: { chat: { active: false } } });
  await writes('Y2xvc2Vk');
  await rig.interaction();
  expect(rig.received).toHaveLength(1);
  expect(rig.x.subscriptions.list.map(({ eventType }) => eventType)).not.toContain('chat.received');
  expect(await chat()).toEqual({ state: 'off' });
});

test('what the brand wrote itself, and what cannot be read as such an event, tells nobody', async () => {
  await start();
  await rig.x.feed.publish({ kind: 'chat', senderId: brandId, recipientId: customer.id, encoded: 'b3du' });
  await writes('');
  await rig.interaction();
  expect(rig.received.map(({ body }) => body)).toEqual(['Hello']);
  await rig.logged(/malformed event left out.*chat\.received/);
});
