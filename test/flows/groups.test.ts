import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { png } from '../support/files';
import type { SimGroup } from '../simulators/x/world';

let rig: Rig;
let group: SimGroup;

beforeEach(async () => {
  rig = await Rig.start({ delivery: 'poll' });
  await rig.supplied();
  group = rig.x.world.addGroup(brandId, customer.id, otherCustomer.id);
});
afterEach(() => rig.stop());

async function says(text: string, from = customer): Promise<void> {
  rig.x.world.addGroupMessage(group, from.id, text);
  rig.clock.jump(60_000);
  await rig.nextPoll();
}

const heading = () => `[Group conversation ${group.id}: your reply goes to everybody in it.]`;
const inGroup = () => rig.x.world.messages.filter(({ groupId, senderId }) => groupId && senderId === brandId);

test('group messages are forwarded with the group named, as interactions of their own', async () => {
  await says('hello all');
  await says('hello Jane', otherCustomer);
  rig.x.world.addMessage(customer.id, brandId, 'only for you');
  await says('last');
  await rig.receives(4);
  expect(rig.received.map(({ body }) => body)).toEqual(
    expect.arrayContaining([
      `${heading()}\nhello all`,
      `${heading()}\nhello Jane`,
      'only for you',
      `${heading()}\nlast`,
    ]),
  );
  const threads = rig.host.state.notifications.map(({ from, threadId }) => [from, threadId]);
  expect(threads).toContainEqual(['jane_doe', `group:${group.id}`]);
  expect(threads).toContainEqual(['Max_Power', `group:${group.id}`]);
  expect(threads).toContainEqual(['jane_doe', undefined]);
});

test('answers go to the group, text and picture, once even if X loses its answer', async () => {
  await says('hello all');
  await rig.receives(1);
  const interaction = rig.host.state.interactions.at(-1)!;
  const outcome = await rig.host.agentWrites(interaction, 'hello group');
  expect(outcome.body).toEqual({ status: 'sent', ids: [inGroup()[0]?.id] });
  const picture = rig.host.state.addAttachment('map.png', 'image/png', png);
  expect((await rig.host.agentWrites(interaction, 'here', picture)).status).toBe(200);
  rig.x.faults.add({ when: /dm_conversations\/\d+\/messages/, cut: 'after' });
  expect((await rig.host.agentWrites(interaction, 'only once')).status).toBe(202);
  await rig.stands({ outbound: { waiting: 0 } });
  expect(inGroup().map(({ text }) => text.replace(/ ?https:\S+$/, ''))).toEqual([
    'hello group',
    'here',
    'only once',
  ]);
  expect(rig.sent.filter(({ groupId }) => groupId === undefined)).toEqual([]);
});

test('an answer that X refuses for the group is told in the interaction', async () => {
  await says('hello all');
  await rig.receives(1);
  const interaction = rig.host.state.interactions.at(-1)!;
  rig.x.faults.add({ when: /dm_conversations\/\d+\/messages/, status: 503 });
  group.memberIds = group.memberIds.filter((id) => id !== brandId);
  expect((await rig.host.agentWrites(interaction, 'still there?')).status).toBe(202);
  const [, notice] = await rig.receives(2);
  expect(notice?.body).toMatch(/Your message "still there\?" was not delivered/);
  expect(notice?.OpenchannelInteractionId).toBe(interaction.id);
});
