import { createHmac } from 'node:crypto';
import { validateConfig } from '../../plugin/settings/load';
import { signedIn } from '../support/adminClient';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';

let rig: Rig;
afterEach(() => rig.stop());

const relaySecret = 'a secret both sides know';

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ ...options, account: { delivery: 'relay', relaySecret, ...options.account } });
}

/** Another service passes an event of X on. */
function passOn(body: object, secret: string, path = '/api/messages/support'): Promise<Response> {
  const content = JSON.stringify(body);
  const signature = createHmac('sha256', secret).update(content).digest('base64');
  return fetch(`${rig.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-twitter-webhooks-signature': `sha256=${signature}` },
    body: content,
  });
}

const eventOf = (text: string, shape: 'activity' | 'account-activity' = 'activity') =>
  rig.x.envelope(shape, brandId, rig.x.world.addMessage(customer.id, brandId, text));

test("events that another service passes on are taken in, in both of X's shapes, and answered as ever", async () => {
  await start();
  expect((await passOn(eventOf('one'), relaySecret)).status).toBe(200);
  expect((await passOn(eventOf('two', 'account-activity'), relaySecret)).status).toBe(200);
  await rig.receives(2);
  expect(rig.received.map(({ body }) => body)).toEqual(['one', 'two']);
  const outcome = await rig.host.agentWrites(rig.host.state.interactions[0]!, 'both here');
  expect(outcome.status).toBe(200);
  expect(rig.sent.map(({ text }) => text)).toEqual(['both here']);
});

test("only what is signed with that secret counts, not what is signed with the app's", async () => {
  await start();
  expect((await passOn(eventOf('forged'), rig.x.app.consumerSecret)).status).toBe(401);
  expect((await passOn(eventOf('forged'), 'some other secret')).status).toBe(401);
  expect(rig.received).toEqual([]);
});

test('nothing is set up with X, and the supply is well', async () => {
  await start();
  await rig.supplied();
  expect(rig.x.traffic.filter((call) => /webhooks|subscriptions|stream|dm_events/.test(call))).toEqual([]);
});

test('without a secret, or with a short one, the configuration is refused in words', async () => {
  await start();
  const refused = (secret: string) => () =>
    validateConfig({
      ...rig.configuration(),
      accounts: [{ ...(rig.configuration()['accounts'] as object[])[0], relaySecret: secret }],
    });
  expect(refused('')).toThrow(/accounts\.0\.relaySecret: is missing: the secret that the service/);
  expect(refused('short')).toThrow(/accounts\.0\.relaySecret: must have at least 16 characters/);
});

test('the panel says that it is set, and never shows it', async () => {
  await start({ panel: true });
  const admin = await signedIn(rig);
  const { settings, secretsSet } = await admin.call('settings', {});
  expect(secretsSet).toContain('accounts.support.relaySecret');
  expect(JSON.stringify(settings)).not.toContain(relaySecret);
  await admin.call('save', { settings });
  expect((await passOn(eventOf('still'), relaySecret)).status).toBe(200);
});
