import { Rig, brandId, customer } from '../support/rig';

let rig: Rig;
beforeEach(
  async () =>
    (rig = await Rig.start({
      account: { webhookCheck: 'secret-path' },
      host: { dropsHeaders: ['x-twitter-webhooks-signature'] },
    })),
);
afterEach(() => rig.stop());

const envelope = () =>
  rig.x.envelope('activity', brandId, rig.x.world.addMessage(customer.id, brandId, 'hello'));
const through = (path: string) =>
  rig.x.webhooks.deliver(rig.host.webhookUrl(rig.plugin.port, path), envelope());

test('a proxy that drops the signature: the secret in the path stands in for it', async () => {
  const secret = rig.secrets.webhookPaths['support']!;
  expect(await through(`/api/messages/support/${secret}`)).toBe(200);
  expect((await rig.receives(1))[0]?.body).toBe('hello');
  expect(
    await rig.x.webhooks.challenge(rig.host.webhookUrl(rig.plugin.port, `/api/messages/support/${secret}`)),
  ).toBe(true);
});

test('without the secret, or with a wrong one, nothing gets in', async () => {
  expect(await through('/api/messages/support')).toBe(401);
  expect(await through('/api/messages')).toBe(401);
  expect(await through(`/api/messages/support/${'A'.repeat(43)}`)).toBe(404);
});

test('every start says that this is weaker', async () => {
  await rig.stopPlugin();
  await rig.startPlugin();
  const log = await rig.logged(/secret-path(?:.|\n)*secret-path.*weaker/);
  expect(log.match(/webhookCheck is "secret-path": weaker/g)).toHaveLength(2);
  expect(log).not.toContain(rig.secrets.webhookPaths['support']);
});
