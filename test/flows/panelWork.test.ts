import { AdminClient, signedIn } from '../support/adminClient';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({ panel: true, ...options });
  admin = await signedIn(rig);
}

describe('connect with X', () => {
  const saved = { account: 'support', signatureMethod: 'HMAC-SHA1' as const };
  const allow = async (authorizeUrl: string) => (await fetch(authorizeUrl)).text();
  const pinOf = (page: string) => /PIN: <code>(\d+)/.exec(page)?.[1] ?? '';

  test('by PIN: who signed in appears, and saving brings the new token into use', async () => {
    await start();
    const { id, authorizeUrl } = await admin.call('startPin', saved);
    const pin = pinOf(await allow(authorizeUrl));
    const wrong = await admin.refused('finishPin', { id, pin: '0' });
    expect(wrong.message).toBe('X does not take this PIN: open X again and enter the new one.');
    expect(await admin.call('finishPin', { id, pin: ` ${pin} ` })).toEqual({
      userId: brandId,
      handle: 'brand',
    });
    const { settings } = await admin.call('settings', {});
    const accounts = settings.accounts.map((account) => ({ ...account, connection: id }));
    for (const each of rig.x.world.credentials.values())
      each.dead = !each.keys.accessToken.includes('renewed');
    await admin.call('save', { settings: { ...settings, accounts } });
    const interaction = await rig.interaction();
    expect((await rig.host.agentWrites(interaction, 'with the new token')).status).toBe(200);
  });

  test('keys X does not know, and a PIN of long ago, are told in words', async () => {
    await start();
    const unknown = { ...saved, consumerKey: 'unknown', consumerSecret: 'unknown' };
    expect((await admin.refused('startPin', unknown)).message).toContain('X does not know this API key');
    const none = { account: 'new', signatureMethod: 'HMAC-SHA1' as const };
    expect((await admin.refused('startPin', none)).message).toContain('Enter the API key');
    const { id, authorizeUrl } = await admin.call('startPin', saved);
    const pin = pinOf(await allow(authorizeUrl));
    rig.clock.jump(16 * 60_000);
    expect((await admin.refused('finishPin', { id, pin })).message).toContain('more than 15 minutes old');
  });
});

describe('check everything', () => {
  const lines = async () => {
    const { lines: found } = await admin.call('check', { account: 'support' });
    return Object.fromEntries(found.map(({ what, state, words }) => [what, { state, words }]));
  };
  /** The webhook behind the host's proxy, as installs have it. */
  async function startBehindHost(options: RigOptions = {}) {
    await start(options);
    rig.x.publicOrigin = rig.host.url;
    const { settings } = await admin.call('settings', {});
    const webhookUrl = rig.host.webhookUrl(rig.plugin.port, '/api/messages');
    const accounts = settings.accounts.map((account) => ({ ...account, webhookUrl }));
    await admin.call('save', { settings: { ...settings, accounts } });
    await rig.supplied();
  }

  test('all is good where all is good', async () => {
    await startBehindHost();
    const found = await lines();
    expect(Object.fromEntries(Object.entries(found).map(([what, { state }]) => [what, state]))).toEqual({
      'Sign-in to XCALLY Motion': 'ok',
      'Open Channel account': 'ok',
      'Map Key': 'ok',
      'Reply URL': 'ok',
      'X keys': 'ok',
      'X permissions': 'ok',
      'OAuth 2.0': 'ok',
      'Webhook address': 'ok',
      'Webhook signature': 'ok',
      'Events from X': 'ok',
      'Encrypted chat': 'ok',
      'Log folder': 'ok',
    });
  });

  test('a proxy that drops the signature, and a body written anew', async () => {
    await startBehindHost({ host: { dropsHeaders: ['x-twitter-webhooks-signature'] } });
    expect((await lines())['Webhook signature']).toMatchObject({
      state: 'failed',
      words: expect.stringContaining('x-twitter-webhooks-signature') as string,
    });
    rig.host.proxy.drops = [];
    const { settings } = await admin.call('settings', {});
    const webhookUrl = rig.host.webhookUrl(rig.plugin.port, '/api/messages', 'none');
    const accounts = settings.accounts.map((account) => ({ ...account, webhookUrl }));
    await admin.call('save', { settings: { ...settings, accounts } });
    expect((await lines())['Webhook signature']).toMatchObject({
      state: 'failed',
      words: expect.stringContaining('encoding=binary') as string,
    });
  });

  test('each fault is told with what to do', async () => {
    await start();
    rig.x.faults.add({
      when: /^GET \/2\/dm_events$/,
      status: 403,
      body: { title: 'Forbidden', detail: 'no' },
    });
    rig.host.state.accounts[0]!.replyUrl = 'http://127.0.0.1:3002/api/reply?token=old';
    let found = await lines();
    expect(found['X permissions']?.words).toContain('Read and write and Direct message');
    expect(found['Reply URL']).toMatchObject({ state: 'failed' });
    expect(found['Webhook address']).toMatchObject({ state: 'warning' });
    rig.host.faults.add({ when: /whoami$/, status: 401 });
    rig.x.endSignIns(brandId);
    found = await lines();
    expect(found['Sign-in to XCALLY Motion']?.words).toContain(
      'XCALLY Motion refuses this user and password',
    );
    expect(found['X keys']).toMatchObject({ state: 'failed' });
    expect(found['Open Channel account']).toMatchObject({ state: 'unknown' });
  });
});

describe('activity', () => {
  const page = (query: object = {}) => admin.call('activity', { direction: 'in', ...query });

  test('lists what moves, by state and handle; words only where the log has them, too', async () => {
    await start({ config: { log: { messageText: 'full', dir: '/nonexistent/x' } } });
    const interaction = await rig.interaction();
    await rig.host.agentWrites(interaction, 'an answer');
    const { messages } = await page();
    expect(messages).toMatchObject([
      { who: 'jane_doe', state: 'delivered', words: 'Hello', account: 'support' },
    ]);
    expect((await page({ direction: 'out' })).messages).toMatchObject([
      { who: 'jane_doe', words: 'an answer' },
    ]);
    expect((await page({ search: 'ANE_' })).messages).toHaveLength(1);
    expect((await page({ search: '%' })).messages).toHaveLength(0);
    expect((await page({ state: 'failed' })).messages).toHaveLength(0);
    expect((await page({ account: 'other' })).messages).toHaveLength(0);
  });

  test('hidden words stay hidden; older ones come page by page', async () => {
    await start();
    for (let index = 0; index < 60; index += 1) await rig.customerWrites(`secret words ${index}`);
    await rig.receives(60);
    const first = await page();
    expect(JSON.stringify(first)).not.toContain('secret words');
    expect([first.messages.length, first.more]).toEqual([50, true]);
    const second = await page({ before: first.messages.at(-1)!.seq });
    expect([second.messages.length, second.more]).toEqual([10, false]);
  });

  test('a message that waits is tried again, or set aside, by hand', async () => {
    await start();
    rig.host.faults.add({ when: /notify$/, status: 503, times: 50 });
    await rig.customerWrites('first');
    await rig.customerWrites('second');
    await until(
      async () => (await page({ state: 'waiting' })).messages.some(({ reason }) => reason),
      'the reason',
    );
    const [second, first] = (await page({ state: 'waiting' })).messages;
    expect(first?.reason).toContain('503');
    await admin.call('setAside', { direction: 'in', seq: first!.seq });
    // The second one is tried as soon as the first one is out of its way, and waits for its time.
    await until(
      async () => (await page({ state: 'waiting' })).messages[0]?.reason !== undefined,
      'the second to have been tried',
    );
    rig.host.faults.clear();
    await admin.call('retry', { direction: 'in', seq: second!.seq });
    await rig.receives(1);
    expect(rig.received.map(({ body }) => body)).toEqual(['second']);
    const [failed] = (await page({ state: 'failed' })).messages;
    expect(failed?.reason).toBe('set aside by admin in the panel');
    await admin.call('retry', { direction: 'in', seq: failed!.seq });
    await rig.receives(2);
    await until(async () => (await page({ state: 'delivered' })).messages.length === 2, 'both to be done');
    const { message } = await admin.refused('retry', { direction: 'in', seq: failed!.seq });
    expect(message).toContain('has changed in the meantime');
    await rig.logged(/panel: a message was set aside \{"user":"admin"/);
  });

  test('figures: queues, hours, windows and what X has charged for', async () => {
    await start();
    const interaction = await rig.interaction();
    await rig.host.agentWrites(interaction, 'one');
    const [state] = (await admin.call('overview', {})).accounts;
    expect(state).toMatchObject({ name: 'support', active: true, state: 'ok', waitingIn: 0, waitingOut: 0 });
    expect(state?.hours).toHaveLength(24);
    expect(state?.hours.at(-1)).toMatchObject({ in: 1, out: 1 });
    const window = 'POST /2/dm_conversations/with/:participant_id/messages';
    expect(state?.windows).toContainEqual({
      call: window,
      left: 14,
      limit: 15,
      resetAt: expect.any(Number) as number,
    });
    const [today] = state!.costs;
    expect(today?.items).toEqual(
      expect.arrayContaining([
        { what: 'event', count: 1 },
        { what: 'message sent', count: 1 },
      ]),
    );
    expect(today!.dollars).toBeGreaterThanOrEqual(0.025);
    await rig.stopPlugin();
    await rig.startPlugin();
    await admin.signIn(rig.secrets.adminPassword);
    const [again] = (await admin.call('overview', {})).accounts;
    expect(again?.costs[0]?.items).toContainEqual({ what: 'message sent', count: 1 });
  });
});

test('the log: the newest first, by level and account', async () => {
  await start();
  rig.x.faults.add({ when: /messages$/, status: 403, body: { errors: [{ code: 349, message: 'no' }] } });
  await rig.reply({ body: 'hi', Contact: { twitter: customer.username } });
  await rig.stands({ outbound: { failed: 1 } });
  const { lines } = await admin.call('log', { level: 'error' });
  expect(lines.map(({ event }) => event)).toContain('reply refused');
  expect(new Set(lines.map(({ level }) => level))).toEqual(new Set(['error']));
  expect((await admin.call('log', { account: 'other' })).lines).toEqual([]);
  const all = (await admin.call('log', { account: 'support' })).lines;
  expect(all[0]!.at >= all.at(-1)!.at).toBe(true);
});

test("through the host's proxy that lets nothing but the body through, all the same works", async () => {
  rig = await Rig.start({ panel: true });
  rig.host.proxy.bare = true;
  const path = `/api/plugins/webhook?port=${rig.plugin.port}&encoding=binary&path=/api/admin/`;
  admin = new AdminClient(() => rig.host.url, path);
  expect(await admin.call('hello', {})).toMatchObject({ cookiePasses: false });
  expect(await admin.call('hello', {})).toMatchObject({ cookiePasses: false });
  await admin.signIn(rig.secrets.adminPassword);
  const { settings } = await admin.call('settings', {});
  await admin.call('save', { settings: { ...settings, reply: { maxRetryHours: 3 } } });
  expect((await admin.call('settings', {})).settings.reply.maxRetryHours).toBe(3);
});
