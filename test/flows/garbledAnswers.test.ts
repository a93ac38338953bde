import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** X does what it is asked, and its answer of 200 is cut off or comes from a gateway: that is no empty list. */

let rig: Rig;
afterEach(() => rig.stop());

const minute = 60_000;
const garbled = { garbage: 'after', times: 2 } as const;
const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const lookUp = /^GET \/2\/dm_conversations\/with\/\d+\/dm_events$/;

async function start(options: RigOptions): Promise<void> {
  rig = await Rig.start(options);
  await rig.supplied();
}

const asked = (call: RegExp) =>
  rig.x.calls.filter(({ method, path }) => call.test(`${method} ${path}`)).length;

async function replyIsDone(): Promise<void> {
  await until(async () => {
    rig.clock.jump(minute);
    return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
  }, 'the reply');
}

test('a reply whose look-up is garbled is not sent again', async () => {
  await start({});
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: send, garbage: 'after' });
  rig.x.faults.add({ when: lookUp, ...garbled });
  expect((await rig.host.agentWrites(interaction, 'once only')).status).toBe(202);
  await replyIsDone();
  expect(asked(lookUp)).toBeGreaterThan(2);
  expect(rig.sent.map(({ text }) => text)).toEqual(['once only']);
});

test('a public reply whose look-up is garbled is not posted again', async () => {
  await start({ account: { mentions: { active: true } }, delivery: 'activity' });
  const post = rig.x.world.addPost(customer.id, '@brand hello');
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.receives(1);
  rig.x.faults.add({ when: /^POST \/2\/tweets$/, garbage: 'after' });
  rig.x.faults.add({ when: /^GET \/2\/users\/\d+\/tweets$/, ...garbled });
  expect((await rig.host.agentWrites(rig.host.state.interactions.at(-1)!, 'once only')).status).toBe(202);
  await replyIsDone();
  expect(rig.x.world.posts.filter(({ authorId }) => authorId === brandId)).toHaveLength(1);
});

test('a message that was missed is found, although the first list of it is garbled', async () => {
  await start({});
  await rig.stopPlugin();
  const message = rig.x.world.addMessage(customer.id, brandId, 'while it was down');
  await rig.x.feed.publish({ kind: 'message', message });
  rig.x.faults.add({ when: /^GET \/2\/dm_events$/, ...garbled });
  await rig.startPlugin();
  await until(async () => {
    await rig.scheduler.pass(1, () => {
      rig.clock.jump(minute);
      return Promise.resolve();
    });
    return rig.received.length === 1;
  }, 'the message');
  expect(rig.received.map(({ body }) => body)).toEqual(['while it was down']);
});
