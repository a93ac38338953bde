import type { AdminClient } from '../support/adminClient';
import { OAuth2Rig } from '../support/oauth2';
import { brandId, customer, type Rig, type RigOptions } from '../support/rig';
import { until } from '../support/until';

/** Connecting an account with OAuth 2.0 in the panel. */

let oauth2: OAuth2Rig;
let rig: Rig;
let admin: AdminClient;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  use(await OAuth2Rig.start(options));
}

function use(started: OAuth2Rig): void {
  oauth2 = started;
  ({ rig, admin } = started);
}

test('X sends the browser to the callback through Motion, the panel notices, and messages go both ways', async () => {
  use(await OAuth2Rig.unconnected());
  expect(await admin.call('oauth2', { account: 'support' })).toMatchObject({ state: 'not-connected' });
  expect((await oauth2.signIn()).x).toMatchObject({
    state: 'refused',
    reason: expect.stringMatching(/not connected with OAuth 2.0 yet/) as string,
  });
  const { id, landed } = await oauth2.allow();
  expect(await admin.call('oauth2Progress', { id })).toEqual({ state: 'waiting' });
  const page = await oauth2.follow(landed);
  expect([page.status, page.text]).toEqual([200, expect.stringContaining('Connected with X as @brand')]);
  expect(await admin.call('oauth2Progress', { id })).toEqual({
    state: 'connected',
    userId: brandId,
    handle: 'brand',
  });
  await rig.supplied();
  const interaction = await rig.interaction();
  expect((await rig.host.agentWrites(interaction, 'hello')).status).toBe(200);
  expect(rig.x.calls.every(({ kind }) => kind === 'OAuth2UserToken')).toBe(true);
  // The address in the browser's history is worth nothing any longer.
  expect((await oauth2.follow(landed)).status).toBe(200);
  expect(rig.x.oauth2.renewals).toBe(0);
});

test('what waited for the sign-in goes out once somebody connects', async () => {
  use(await OAuth2Rig.unconnected());
  const interaction = await rig.interaction();
  const reply = await rig.host.agentWrites(interaction, 'are you there?');
  expect(reply).toMatchObject({
    status: 202,
    body: { reason: expect.stringMatching(/signed out.*tell your administrator/) as string },
  });
  await oauth2.follow((await oauth2.allow()).landed);
  await until(() => rig.sent.length === 1, 'the reply');
});

test("a stranger's call of the callback does nothing", async () => {
  use(await OAuth2Rig.unconnected());
  await oauth2.allow();
  const { callbackUrl } = await admin.call('oauth2', { account: 'support' });
  const calls = oauth2.tokenCalls();
  for (const query of ['', '&state=&code=x', '&state=guess&code=x', `&state=${'s'.repeat(5_000)}&code=x`]) {
    const { status, text } = await oauth2.follow(`${callbackUrl}${query}`);
    expect([status, text]).toEqual([400, expect.stringContaining('Nothing was done')]);
  }
  expect(oauth2.tokenCalls()).toBe(calls);
});

test('no is no, and is told on both pages', async () => {
  use(await OAuth2Rig.unconnected());
  const { id, landed } = await oauth2.allow();
  const refused = `${landed.replace(/&code=[^&]*/, '')}&error=access_denied`;
  expect((await oauth2.follow(refused)).text).toContain('was not allowed on X');
  expect(await admin.call('oauth2Progress', { id })).toMatchObject({ state: 'failed' });
});

test('the address by hand, within 30 seconds', async () => {
  use(await OAuth2Rig.unconnected());
  const late = await oauth2.allow();
  rig.clock.jump(31_000);
  expect((await admin.refused('finishOAuth2', { id: late.id, address: late.landed })).message).toContain(
    'for 30 seconds: connect again',
  );
  const { id, landed } = await oauth2.allow();
  const foreign = landed.replace(/state=[^&]+/, 'state=another');
  expect((await admin.refused('finishOAuth2', { id, address: foreign })).message).toContain(
    'another sign-in',
  );
  expect((await admin.refused('finishOAuth2', { id, address: 'https://x.com/' })).message).toContain(
    'holds no code',
  );
  expect(await admin.call('finishOAuth2', { id, address: landed })).toEqual({
    userId: brandId,
    handle: 'brand',
  });
});

test('another user than the account’s own is refused, and their tokens are given back', async () => {
  await start({ signIns: 'both' });
  rig.x.visitor = customer;
  const { landed } = await oauth2.allow();
  const { status, text } = await oauth2.follow(landed);
  expect([status, text]).toEqual([400, expect.stringContaining('The sign-in is that of @jane_doe')]);
  expect(rig.x.oauth2.isConnected(customer.id)).toBe(false);
  expect(rig.x.oauth2.isConnected(brandId)).toBe(true);
});

test('rights that were not granted are told, and found by the check', async () => {
  use(await OAuth2Rig.unconnected());
  rig.x.oauth2.withheldScopes = ['dm.write'];
  await oauth2.follow((await oauth2.allow()).landed);
  expect(await admin.call('oauth2', { account: 'support' })).toMatchObject({ missingScopes: ['dm.write'] });
  const { lines } = await admin.call('check', { account: 'support' });
  expect(lines).toContainEqual({
    what: 'OAuth 2.0 rights',
    state: 'failed',
    words: expect.stringContaining('dm.write') as string,
  });
  const interaction = await rig.interaction();
  expect(await rig.host.agentWrites(interaction, 'hello')).toMatchObject({
    status: 422,
    body: { error: { message: expect.stringContaining('with the way this account is signed in') as string } },
  });
});

test('disconnecting ends it with X, too; so does removing the account', async () => {
  await start();
  await rig.supplied();
  expect(rig.x.oauth2.isConnected(brandId)).toBe(true);
  await admin.call('disconnectOAuth2', { account: 'support' });
  expect(rig.x.oauth2.isConnected(brandId)).toBe(false);
  expect(await admin.call('oauth2', { account: 'support' })).toMatchObject({ state: 'not-connected' });
  await oauth2.follow((await oauth2.allow()).landed);
  expect(rig.x.oauth2.isConnected(brandId)).toBe(true);
  const { settings } = await admin.call('settings', {});
  await admin.call('save', { settings: { ...settings, accounts: [] } });
  await until(() => !rig.x.oauth2.isConnected(brandId), 'the tokens to be revoked');
});
