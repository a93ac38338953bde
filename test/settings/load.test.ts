import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigFile } from '../../plugin/settings/configFile';
import { ConfigError, resolveConfig, validateConfig } from '../../plugin/settings/load';
import { provideSecrets } from '../../plugin/settings/secrets';
import { version } from '../../plugin/app/version';

const account = {
  name: 'support',
  consumerKey: 'ck',
  consumerSecret: 'cs',
  accessToken: '42-at',
  accessTokenSecret: 'ats',
  openChannelAccountId: 1,
};
const good = { host: { baseUrl: 'https://motion.example.com' }, accounts: [account] };

const loadConfig = (...of: ConstructorParameters<typeof ConfigFile>) => new ConfigFile(...of).load();
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'config-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function faultsOf(raw: unknown): string[] {
  try {
    validateConfig(raw);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

function fileWith(content: unknown): string {
  const path = join(folder, 'plugin.config.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('the defaults are those of the example file', () => {
  const example = JSON.parse(readFileSync('plugin.config.example.json', 'utf8')) as typeof good;
  const keys = { consumerKey: 'a', consumerSecret: 'b', accessToken: 'c', accessTokenSecret: 'd' };
  const filled = { ...example, accounts: [{ ...example.accounts[0], ...keys }] };
  const { name, openChannelAccountId } = example.accounts[0]!;
  const minimal = {
    host: { baseUrl: example.host.baseUrl },
    accounts: [{ name, openChannelAccountId, ...keys }],
  };
  const { delivery, webhookUrl } = validateConfig(filled).accounts[0]!;
  const withDefaults = validateConfig(minimal);
  expect({ ...withDefaults, accounts: [{ ...withDefaults.accounts[0], delivery, webhookUrl }] }).toEqual(
    validateConfig(filled),
  );
});

test.each([
  ['a port beyond the last', { ...good, port: 70000 }, 'port: must be a port number from 1 to 65535'],
  ['a port as text', { ...good, port: '3002' }, 'port: must be a port number from 1 to 65535'],
  [
    'a misspelt key',
    { ...good, accounts: [{ ...account, actve: false }] },
    'accounts.0.actve: is not a known key (misspelt?)',
  ],
  [
    'a name with a blank',
    { ...good, accounts: [{ ...account, name: 'my shop' }] },
    'accounts.0.name: must consist of letters',
  ],
  [
    'a name that starts with a digit',
    { ...good, accounts: [{ ...account, name: '1st' }] },
    'accounts.0.name: must consist of',
  ],
  [
    'a long name',
    { ...good, accounts: [{ ...account, name: 'a'.repeat(65) }] },
    'accounts.0.name: must have at most 64',
  ],
  [
    'a missing secret',
    { ...good, accounts: [{ ...account, consumerSecret: '' }] },
    'accounts.0.consumerSecret: is missing',
  ],
  [
    'no Open Channel account',
    { ...good, accounts: [{ ...account, openChannelAccountId: undefined }] },
    'accounts.0.openChannelAccountId: is missing',
  ],
  [
    'an unknown signature method',
    { ...good, accounts: [{ ...account, signatureMethod: 'MD5' }] },
    'accounts.0.signatureMethod: must be HMAC-SHA1 or HMAC-SHA256',
  ],
  [
    'v1.1 without environment',
    { ...good, accounts: [{ ...account, delivery: 'account-activity-v1' }] },
    'accounts.0.environment: is missing',
  ],
  [
    'a webhook address with a port',
    { ...good, accounts: [{ ...account, webhookUrl: 'https://a.example:8443/x' }] },
    'accounts.0.webhookUrl: must not name a port',
  ],
  [
    'a webhook address without https',
    { ...good, accounts: [{ ...account, webhookUrl: 'http://a.example/x' }] },
    'accounts.0.webhookUrl: must start with https://',
  ],
  ['no host', { accounts: [account] }, 'host.baseUrl: is missing'],
  ['a host that is no address', { ...good, host: { baseUrl: 'motion' } }, 'host.baseUrl: must be an address'],
  [
    'a user name without password',
    { ...good, host: { ...good.host, username: 'me' } },
    'host.password: is missing',
  ],
  [
    'X without https',
    { ...good, x: { apiBaseUrl: 'http://api.x.com' } },
    'x.apiBaseUrl: must start with https://',
  ],
  [
    'a host over plain http on another machine',
    { ...good, host: { baseUrl: 'http://motion.example' } },
    'host.baseUrl: must start with https://',
  ],
  [
    'a media host as address',
    { ...good, x: { mediaHosts: ['https://pbs.twimg.com'] } },
    'x.mediaHosts.0: must be a host name',
  ],
  [
    'a short reply token',
    { ...good, reply: { token: 'abc' } },
    'reply.token: must have at least 8 characters',
  ],
  [
    'an unknown log level',
    { ...good, log: { level: 'loud' } },
    'log.level: must be error, warn, info or debug',
  ],
  ['not an object', [], 'configuration: '],
])('%s is refused in words', (_what, raw, fault) => {
  expect(faultsOf(raw).join('\n')).toContain(fault);
});

test('plain http to the host is taken on this machine, and where it is asked for', () => {
  expect(faultsOf({ ...good, host: { baseUrl: 'http://127.0.0.1:9000' } })).toEqual([]);
  expect(faultsOf({ ...good, host: { baseUrl: 'http://motion.example', allowPlainHttp: true } })).toEqual([]);
});

test('every fault is told, not only the first', () => {
  expect(
    faultsOf({ ...good, port: 0, log: { level: 'x' }, accounts: [{ ...account, mapValue: 'x' }] }),
  ).toHaveLength(3);
});

test('two accounts with the same name, X user or app are refused', () => {
  const second = { ...account, openChannelAccountId: 2 };
  const twice = (changes: object) =>
    faultsOf({ ...good, accounts: [account, { ...second, ...changes }] }).join('\n');
  const other = { name: 'sales', consumerKey: 'ck2', accessToken: '43-at' };
  expect(twice({ ...other, name: 'support' })).toContain('accounts.1.name: "support" is already taken');
  expect(twice({ ...other, accessToken: '42-other' })).toContain(
    'accounts.1.accessToken: this X user is already used by account "support"',
  );
  expect(twice({ ...other, consumerKey: 'ck' })).toContain(
    'accounts.1.consumerKey: this X app (and environment) is already used',
  );
  expect(twice(other)).toBe('');
  expect(twice({ ...other, consumerKey: 'ck', environment: 'second' })).toBe('');
});

test('the environment wins over .env, and .env over the file', () => {
  const path = fileWith({ ...good, port: 4000, reply: { token: 'from-the-file' } });
  writeFileSync(join(folder, '.env'), 'REPLY_TOKEN=from-dotenv\nX_CONSUMER_SECRET=dotenv-secret\n');
  const config = loadConfig(path, {
    X_CONSUMER_SECRET: 'env-secret',
    PORT: '5000',
    HOST_API_KEY: 'key-of-host',
  });
  expect(config.reply.token).toBe('from-dotenv');
  expect(config.accounts[0]?.consumerSecret).toBe('env-secret');
  expect(config.port).toBe(5000);
  expect(config.host.apiKey).toBe('key-of-host');
});

test('keys of an account in the environment make no account where the file has none', () => {
  const environment = { X_CONSUMER_KEY: 'k', X_CLIENT_ID: 'c', HOST_USERNAME: 'u', HOST_PASSWORD: 'p' };
  for (const raw of [{}, { host: {} }, { accounts: [] }]) {
    const config = resolveConfig(raw, join(folder, 'plugin.config.json'), environment);
    expect(config).toMatchObject({ accounts: [], host: { username: 'u' } });
  }
});

test('a certificate authority that is there, but cannot be read, is told like any fault', () => {
  const raw = { ...good, host: { ...good.host, caFile: folder } };
  expect(() => resolveConfig(raw, join(folder, 'plugin.config.json'), {})).toThrow(
    `host.caFile: ${folder} cannot be read (EISDIR)`,
  );
});

test('an environment that makes no sense is told like a fault of the file', () => {
  expect(() => loadConfig(fileWith(good), { PORT: 'many' })).toThrow('port: must be a port number');
});

test('folders are taken from where the file lies', () => {
  expect(loadConfig(fileWith({ ...good, dataDir: './d' }), {}).dataDir).toBe(join(folder, 'd'));
});

test('a file that is missing or not JSON is told without quoting it', () => {
  expect(() => loadConfig(join(folder, 'none.json'), {})).toThrow('cannot be read (ENOENT)');
  expect(() => loadConfig(fileWith('{"reply": {"token": "hush-hush" oops}}'), {})).toThrow(
    'is not valid JSON',
  );
  try {
    loadConfig(fileWith('{"reply": {"token": "hush-hush" oops}}'), {});
  } catch (error) {
    expect(String(error)).not.toContain('hush');
  }
});

test('secrets are generated once, kept with mode 0600, and given way to those set', () => {
  const config = {
    ...validateConfig({ ...good, accounts: [{ ...account, webhookCheck: 'secret-path' }] }),
    dataDir: folder,
  };
  const first = provideSecrets(config);
  expect(first.fresh).toEqual({ replyToken: true, adminPassword: true, webhookPaths: ['support'] });
  expect(Buffer.from(first.webhookPaths['support']!, 'base64url')).toHaveLength(32);
  expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
  const second = provideSecrets(config);
  expect(second).toEqual({ ...first, fresh: { replyToken: false, adminPassword: false, webhookPaths: [] } });
  expect(provideSecrets({ ...config, reply: { token: 'set-by-admin', maxRetryHours: 24 } }).replyToken).toBe(
    'set-by-admin',
  );
});

test("the version is the package's", () => {
  expect(version).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
