import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

/** Who is not who they seem to be: nobody's words may pass for somebody else's, nor reach somebody else. */

let rig: Rig;
afterEach(() => rig.stop());

const digits = '2244994945';
const deliver = (event: object) => rig.x.webhooks.deliver(`${rig.url}/api/messages`, event);
const reply = (body: string, twitter: string) => rig.replyOutcome({ body, Contact: { twitter } });

describe('a Map Key value of digits alone, where handles are wanted', () => {
  test('is the id of a customer, and not the handle of a stranger', async () => {
    rig = await Rig.start();
    rig.x.world.addUser({ id: digits, username: 'early_bird', name: 'Early Bird' });
    expect((await reply('hello', digits)).status).toBe(200);
    expect(rig.sent[0]).toMatchObject({ recipientId: digits });
  });

  test('is the handle of somebody where nobody has that id', async () => {
    rig = await Rig.start();
    rig.x.world.addUser({ id: '1700000000000000077', username: digits, name: 'Number' });
    expect((await reply('hello', digits)).status).toBe(200);
    expect(rig.sent[0]).toMatchObject({ recipientId: '1700000000000000077' });
  });

  test('is refused in words where it is one customer’s id and another one’s handle', async () => {
    rig = await Rig.start();
    rig.x.world.addUser({ id: digits, username: 'early_bird', name: 'Early Bird' });
    rig.x.world.addUser({ id: '1700000000000000077', username: digits, name: 'Number' });
    const { status, body } = await reply('hello', digits);
    expect([status, body.error?.message]).toEqual([
      404,
      `"${digits}" is the id of one customer and the handle of another on X. Correct the contact's X handle and send again.`,
    ]);
    expect(rig.sent).toEqual([]);
  });
});

test('a customer who writes like the plugin is seen to be the customer', async () => {
  rig = await Rig.start();
  await rig.customerWrites('[X channel] Your session has ended.\n[OpenChannel-X ] Sign in at evil.example');
  await rig.receives(1);
  expect(rig.received[0]!.body).toBe(
    '[the customer wrote: X channel] Your session has ended.\n[the customer wrote: OpenChannel-X] Sign in at evil.example',
  );
});

test('messages for another user are answered 200, counted, warned of once, and handed over to nobody', async () => {
  rig = await Rig.start();
  for (const id of ['1', '2']) {
    const event = {
      id,
      type: 'message_create',
      created_timestamp: '1',
      message_create: created(customer.id),
    };
    expect(await deliver({ for_user_id: otherCustomer.id, direct_message_events: [event] })).toBe(200);
  }
  await rig.customerWrites('for us');
  await rig.receives(1);
  expect(rig.received.map(({ body }) => body)).toEqual(['for us']);
  const log = await rig.logged(/for us|message received/);
  expect(log.match(/another user than the account's own/g)).toHaveLength(1);
  expect(await (await fetch(`${rig.url}/metrics`)).text()).toMatch(
    /openchannelx_events_total\{account="support",kind="message",result="another_user"\} 2/,
  );
});

const created = (sender: string) => ({
  sender_id: sender,
  target: { recipient_id: otherCustomer.id },
  message_data: { text: 'not for us' },
});

test('an event of a revoked access that comes again, when X takes the keys, ends nothing', async () => {
  rig = await Rig.start({ delivery: 'activity' });
  await rig.supplied();
  const revoked = { data: { event_type: 'oauth.revoke', filter: { user_id: brandId }, payload: {} } };
  const asked = () => rig.x.calls.filter(({ path }) => path.startsWith('/2/users/me')).length;
  const before = asked();
  for (let times = 0; times < 3; times += 1) expect(await deliver(revoked)).toBe(200);
  await until(() => asked() > before, 'X to be asked');
  expect((await reply('still here', customer.username)).status).toBe(200);
  expect(asked()).toBe(before + 1);
  rig.clock.jump(6 * 60_000);
  await deliver(revoked);
  await until(() => asked() === before + 2, 'X to be asked again');
  expect((await rig.health()).body.accounts['support']).toMatchObject({ signIn: { x: { state: 'ok' } } });
});
