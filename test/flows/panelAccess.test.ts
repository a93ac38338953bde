import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AdminClient } from '../support/adminClient';
import { until } from '../support/until';
import { Rig } from '../support/rig';

let rig: Rig;
afterEach(() => rig.stop());

const password = 'correct horse battery';
const client = () => new AdminClient(() => rig.url);
const codeFile = () => join(rig.dataDir, 'panel-setup-code.txt');

/** A panel that somebody has claimed. */
async function claimed(config: Record<string, unknown> = {}): Promise<AdminClient> {
  rig = await Rig.start({ panel: true, config });
  const admin = client();
  const code = readFileSync(codeFile(), 'utf8').trim();
  admin.token = (await admin.call('claim', { code, password, carrier: 'body' })).token;
  return admin;
}

const cookieOf = (response: Response) =>
  response.headers.getSetCookie().find((each) => each.startsWith('openchannel_x_session='));

function callWithCookie(method: string, cookie: string, body: object) {
  const headers = { cookie: cookie.split(';')[0]! };
  return fetch(`${rig.url}/api/admin/${method}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('claiming the panel', () => {
  test('the set-up code sets a password, once; it is told on the console and in a file, and in no log', async () => {
    rig = await Rig.start({ panel: true });
    const admin = client();
    const empty = {};
    expect((await admin.call('hello', empty)).claimed).toBe(false);
    const code = readFileSync(codeFile(), 'utf8').trim();
    expect(
      await rig.logged(/enter the set-up code, which is in a file \{"file":".*panel-setup-code.txt"/),
    ).not.toContain(code);
    expect(statSync(codeFile()).mode & 0o777).toBe(0o600);
    const wrong = await admin.refused('claim', { code: 'AAAA-BBBB-CCCC-DDDD', password, carrier: 'body' });
    expect([wrong.status, wrong.message]).toEqual([401, 'The set-up code is wrong, or was used already.']);
    const short = await admin.refused('claim', { code, password: 'short', carrier: 'body' });
    expect(short.message).toBe('The password must have at least 10 characters.');
    await admin.call('claim', { code: code.toLowerCase().replaceAll('-', ' '), password, carrier: 'body' });
    expect(() => statSync(codeFile())).toThrow('ENOENT');
    expect((await admin.refused('claim', { code, password, carrier: 'body' })).status).toBe(401);
    await rig.stopPlugin();
    await rig.startPlugin();
    expect((await admin.call('hello', empty)).claimed).toBe(true);
    await admin.signIn(password);
    const kept = readFileSync(join(rig.dataDir, 'panel.json'), 'utf8');
    expect(kept).not.toContain(password);
    expect(statSync(join(rig.dataDir, 'panel.json')).mode & 0o777).toBe(0o600);
  });

  test('until then the password made at the first start opens the panel, and no longer', async () => {
    rig = await Rig.start({ panel: true });
    const admin = client();
    await admin.signIn(rig.secrets.adminPassword);
    await admin.call('changePassword', { current: rig.secrets.adminPassword, next: password });
    expect(
      (await admin.refused('signIn', { password: rig.secrets.adminPassword, carrier: 'body' })).status,
    ).toBe(401);
    await admin.signIn(password);
  });

  test('a password of the configuration needs no claiming, and cannot be changed in the panel', async () => {
    rig = await Rig.start({ panel: true, config: { admin: { password: 'of the configuration' } } });
    const admin = client();
    expect((await admin.call('hello', {})).claimed).toBe(true);
    await admin.signIn('of the configuration');
    const { message } = await admin.refused('changePassword', {
      current: 'of the configuration',
      next: password,
    });
    expect(message).toContain('admin.password');
  });
});

describe('sessions', () => {
  test('as a cookie: HttpOnly and SameSite, and of no use without the token of the page', async () => {
    await claimed();
    const { response, body } = await client().raw('signIn', { password, carrier: 'cookie' });
    const cookie = cookieOf(response)!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(body).not.toHaveProperty('token');
    expect((await callWithCookie('settings', cookie, { input: {} })).status).toBe(401);
    const { csrf } = body as { csrf: string };
    expect((await callWithCookie('settings', cookie, { input: {}, csrf })).status).toBe(200);
    const other = await client().raw('signIn', { password, carrier: 'cookie' });
    const foreign = (other.body as { csrf: string }).csrf;
    expect((await callWithCookie('settings', cookie, { input: {}, csrf: foreign })).status).toBe(401);
    const hello = await callWithCookie('hello', cookie, { input: {} });
    expect(await hello.json()).toMatchObject({ session: { user: 'admin', csrf } });
  });

  test('end when they are signed out, idle for 8 hours, a day old, or the password changes', async () => {
    const admin = await claimed();
    await admin.call('signOut', {});
    expect((await admin.refused('settings', {})).status).toBe(401);
    await admin.signIn(password);
    rig.clock.jump(8 * 60 * 60_000 + 1000);
    expect((await admin.refused('settings', {})).message).toBe('Please sign in.');
    await admin.signIn(password);
    for (let hours = 0; hours < 24; hours += 6) {
      await admin.call('settings', {});
      rig.clock.jump(6 * 60 * 60_000);
    }
    rig.clock.jump(1000);
    expect((await admin.refused('settings', {})).status).toBe(401);
    const [one, other] = [client(), client()];
    await one.signIn(password);
    await other.signIn(password);
    await one.call('changePassword', { current: password, next: 'another long password' });
    expect((await other.refused('settings', {})).status).toBe(401);
  });

  test('nothing is to be had without one', async () => {
    await claimed();
    const anybody = client();
    for (const method of ['settings', 'overview', 'log', 'addresses', 'save', 'exportSettings', 'check'])
      expect((await anybody.raw(method, {})).status).toBe(401);
    expect((await anybody.raw('constructor', {})).status).toBe(400);
    anybody.token = 'x'.repeat(43);
    expect((await anybody.refused('settings', {})).status).toBe(401);
  });
});

/** Guesses that go on all the time, until `stop`; each is counted by its status. */
function guessing() {
  const counts: Record<number, number> = {};
  let goesOn = true;
  const guess = async (number: number) => {
    for (let times = 0; goesOn; times += 1) {
      const { status } = await client().raw('signIn', {
        password: `guess ${number} ${times}`,
        carrier: 'body',
      });
      counts[status] = (counts[status] ?? 0) + 1;
    }
  };
  const ended = Promise.all(Array.from({ length: 12 }, (_, number) => guess(number)));
  const stop = async () => {
    goesOn = false;
    let isOver = false;
    void ended.then(() => (isOver = true));
    await until(() => {
      rig.clock.jump(5_000);
      return isOver;
    }, 'the last guesses');
    return counts;
  };
  return { counts, stop };
}

test('guesses all the time: few are looked at, and the right password in a new browser gets in all the same', async () => {
  await claimed();
  const { counts, stop } = guessing();
  await until(() => (counts[429] ?? 0) > 300, 'most to be refused');
  expect(counts[401]).toBeLessThan(12);
  expect((await rig.health()).status).toBe(200);
  const statuses = new Set<number>();
  const tryAgain = async () => {
    while (!statuses.has(200)) {
      const { status } = await client().raw('signIn', { password, carrier: 'body' });
      statuses.add(status);
    }
  };
  // Chance decides who is next: as many tries at a time make it all but sure that one is soon.
  const signingIn = Promise.all(Array.from({ length: 6 }, tryAgain));
  await until(
    () => {
      rig.clock.jump(5_000);
      return statuses.has(200);
    },
    'the right password to get in',
    40_000,
  );
  rig.clock.jump(5_000);
  expect([...statuses].filter((status) => ![200, 429].includes(status))).toEqual([]);
  const ended = await stop();
  await signingIn;
  expect(Object.keys(ended).sort()).toEqual(['401', '429']);
}, 90_000);

test("strangers' guesses do not keep out a browser that was signed in before, nor the set-up code", async () => {
  rig = await Rig.start({ panel: true });
  const code = readFileSync(codeFile(), 'utf8').trim();
  const first = guessing();
  await until(() => (first.counts[429] ?? 0) > 50, 'the line to be full');
  await client().call('claim', { code, password, carrier: 'body' });
  await first.stop();
  rig.clock.jump(60_000);
  const { device } = await client().call('signIn', { password, carrier: 'body' });
  const { counts, stop } = guessing();
  await until(() => (counts[429] ?? 0) > 50, 'the line to be full');
  expect((await client().raw('signIn', { password, carrier: 'body', device })).status).toBe(200);
  await stop();
}, 60_000);

describe("the host's users", () => {
  const admins = { admin: { hostUsers: true } };
  const signIn = (username: string, secret: string) =>
    client().raw('signIn', { username, password: secret, carrier: 'body' });

  test('an admin of the host gets in where that is switched on; nobody else does', async () => {
    await claimed(admins);
    rig.host.state.users.push({ name: 'ada', password: 'ada-password', role: 'admin' });
    rig.host.state.users.push({ name: 'bob', password: 'bob-password', role: 'agent' });
    expect((await signIn('ada', 'ada-password')).status).toBe(200);
    expect((await signIn('ada', 'wrong')).status).toBe(401);
    expect((await signIn('bob', 'bob-password')).status).toBe(401);
    await rig.logged(/signed in to the panel \{"user":"ada"\}/);
    expect((await rig.health()).body.accounts['support']?.signIn.host.state).not.toBe('refused');
  });

  test('and not where it is not', async () => {
    await claimed();
    rig.host.state.users.push({ name: 'ada', password: 'ada-password', role: 'admin' });
    expect((await signIn('ada', 'ada-password')).status).toBe(401);
  });
});

test('the page comes with strict headers, framed by the host alone', async () => {
  await claimed();
  const page = await fetch(`${rig.url}/panel/`);
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(policy).toContain(`frame-ancestors 'self' ${new URL(rig.host.url).origin}`);
  expect(page.headers.get('x-content-type-options')).toBe('nosniff');
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=/);
  const framed = await (await fetch(`${rig.url}/panel/framed`)).text();
  expect(framed).toContain(`src="?port=${rig.plugin.port}&amp;encoding=binary&amp;path=/panel/panel.js"`);
});
