import { Bench, brandId, customer } from '../support/bench';

let bench: Bench;
beforeEach(
  async () =>
    (bench = await Bench.start({
      account: { webhookCheck: 'secret-path' },
      host: { dropsHeaders: ['x-twitter-webhooks-signature'] },
    })),
);
afterEach(() => bench.stop());

const envelope = () =>
  bench.x.envelope('activity', brandId, bench.x.world.addMessage(customer.id, brandId, 'hello'));
const through = (path: string) =>
  bench.x.webhooks.deliver(bench.host.webhookUrl(bench.plugin.port, path), envelope());

test('a proxy that drops the signature: the secret in the path stands in for it', async () => {
  const secret = bench.secrets.webhookPaths['support']!;
  expect(await through(`/api/messages/support/${secret}`)).toBe(200);
  expect((await bench.receives(1))[0]?.body).toBe('hello');
  expect(
    await bench.x.webhooks.challenge(
      bench.host.webhookUrl(bench.plugin.port, `/api/messages/support/${secret}`),
    ),
  ).toBe(true);
});

test('without the secret, or with a wrong one, nothing gets in', async () => {
  expect(await through('/api/messages/support')).toBe(401);
  expect(await through('/api/messages')).toBe(401);
  expect(await through(`/api/messages/support/${'A'.repeat(43)}`)).toBe(404);
});

test('every start says that this is weaker', async () => {
  await bench.stopPlugin();
  await bench.startPlugin();
  const log = await bench.logged(/secret-path(?:.|\n)*secret-path.*weaker/);
  expect(log.match(/webhookCheck is "secret-path": weaker/g)).toHaveLength(2);
  expect(log).not.toContain(bench.secrets.webhookPaths['support']);
});
