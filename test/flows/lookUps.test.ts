import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** After a lost answer the other side is looked at, however it shows what it has. */

let rig: Rig;
afterEach(() => rig.stop());

const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const notify = /notify$/;
const bodies = () => rig.received.map(({ body }) => body);
const texts = () => rig.sent.map(({ text }) => text);

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start(options);
}

const changed = [
  'Salt & pepper <now>',
  'See example.com for more',
  'See https://example.com/ and https://example.org/a?b=c&d=e',
  'Cafe\u0301 at nine',
  '  two  blanks\n\nand lines ',
];

test.each(changed)('%j is known again on X, although X keeps it in another form', async (text) => {
  await start();
  const interaction = await rig.interaction();
  rig.x.world.changesTexts = true;
  rig.x.faults.add({ when: send, cut: 'after' });
  expect((await rig.host.agentWrites(interaction, text)).status).toBe(202);
  await rig.stands({ outbound: { waiting: 0 } });
  expect(rig.sent).toHaveLength(1);
});

test('a lost reply is found behind more than a page of newer messages', async () => {
  await start({ x: { maxPageSize: 10 } });
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: send, cut: 'after' });
  rig.x.faults.add({ when: /^GET .*dm_events$/, status: 503 });
  expect((await rig.host.agentWrites(interaction, 'once only')).status).toBe(202);
  for (let number = 0; number < 25; number += 1)
    rig.x.world.addMessage(customer.id, brandId, `chatter ${number}`);
  await until(async () => {
    rig.clock.jump(1_000);
    return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
  }, 'the reply');
  expect(texts()).toEqual(['once only']);
});

test('a lost public reply is found behind more than a page of other posts', async () => {
  await start({ x: { maxPageSize: 5 }, account: { mentions: { active: true } }, delivery: 'activity' });
  await rig.supplied();
  const post = rig.x.world.addPost(customer.id, '@brand hello');
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.receives(1);
  rig.x.faults.add({ when: /^POST \/2\/tweets$/, cut: 'after' });
  rig.x.faults.add({ when: /^GET \/2\/users\/\d+\/tweets$/, status: 503 });
  const interaction = rig.host.state.interactions.at(-1)!;
  expect((await rig.host.agentWrites(interaction, 'once only')).status).toBe(202);
  for (let number = 0; number < 12; number += 1) rig.x.world.addPost(brandId, `campaign ${number}`);
  await until(async () => {
    rig.clock.jump(1_000);
    return (await rig.health()).body.accounts['support']?.outbound.waiting === 0;
  }, 'the reply');
  expect(rig.x.world.posts.filter(({ inReplyTo }) => inReplyTo === post)).toHaveLength(1);
});

test.each(['oldest', 'newest'] as const)(
  'a lost message is found in a long interaction that the host pages, the %s first',
  async (first) => {
    await start({ host: { messagePages: { size: 20, first } } });
    const interaction = await rig.interaction();
    for (let number = 0; number < 150; number += 1)
      rig.host.state.addMessage(interaction, 'in', `long ago ${number}`, null);
    rig.clock.jump(60_000);
    rig.host.faults.add({ when: notify, cut: 'after' });
    await rig.customerWrites('once only');
    await rig.stands({ inbound: { waiting: 0 } });
    expect(bodies().filter((body) => body === 'once only')).toHaveLength(1);
  },
);

describe('a host that tells no ids', () => {
  /** The interaction is known from the agent's reply. */
  async function startConversation(): Promise<void> {
    await start({ host: { tellsIds: false } });
    const interaction = await rig.interaction();
    expect((await rig.host.agentWrites(interaction, 'How can I help?')).status).toBe(200);
  }

  test.each(['before', 'after'] as const)(
    'two equal messages, the second call cut %s it was done',
    async (cut) => {
      await startConversation();
      await rig.customerWrites('ok');
      await rig.receives(2);
      await rig.stands({ inbound: { waiting: 0 } });
      rig.host.faults.add({ when: notify, cut });
      await rig.customerWrites('ok');
      await until(async () => {
        rig.clock.jump(1_000);
        return (await rig.health()).body.accounts['support']?.inbound.waiting === 0;
      }, 'the second message');
      expect(bodies()).toEqual(['Hello', 'ok', 'ok']);
    },
  );

  test('with a clock that is wrong, and a look-up that is refused at first', async () => {
    rig = await Rig.start({ host: { tellsIds: false }, skewMs: 3 * 60_000, hostSkewMs: -60_000 });
    const interaction = await rig.interaction();
    expect((await rig.host.agentWrites(interaction, 'How can I help?')).status).toBe(200);
    await rig.customerWrites('ok');
    await rig.receives(2);
    await rig.stands({ inbound: { waiting: 0 } });
    rig.host.faults.add({ when: notify, cut: 'after' });
    rig.host.faults.add({ when: /interactions\/\d+\/messages$/, status: 503 });
    await rig.customerWrites('ok');
    await until(async () => {
      rig.clock.jump(1_000);
      return (await rig.health()).body.accounts['support']?.inbound.waiting === 0;
    }, 'the second message');
    expect(bodies()).toEqual(['Hello', 'ok', 'ok']);
  });
});
