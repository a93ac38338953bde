import { createHash } from 'node:crypto';
import { BridgeError } from '../core/errors';
import type { AccountSettings, Change, Settings, SettingsView } from '../panel/api';
import type { ConfigFile } from '../settings/configFile';
import type { AccountConfig, Config } from '../settings/schema';

const accountSecrets = [
  'consumerKey',
  'consumerSecret',
  'accessToken',
  'accessTokenSecret',
  'apiSecret',
  'botToken',
] as const;
const oauth2Secrets = ['clientSecret', 'refreshToken'] as const;
const hostSecrets = ['password', 'apiKey'] as const;

/** The settings as the panel may see them: every secret is taken out, and named where it is set. */
export function viewSettings(config: Config, file: ConfigFile, port: number): SettingsView {
  const { host, reply, admin, accounts, log, x, bindAddress } = config;
  const { password, apiKey, ...plainHost } = host;
  return {
    settings: {
      revision: revisionOf(file),
      port: config.port,
      bindAddress,
      log,
      host: plainHost,
      reply: { longestWaitHours: reply.longestWaitHours },
      admin: { hostUsers: admin.hostUsers },
      x,
      accounts: accounts.map(withoutSecrets),
    },
    secretsSet: [
      ...Object.entries({ password, apiKey }).flatMap(([key, value]) => (value ? [`host.${key}`] : [])),
      ...accounts.flatMap((account) => [
        ...accountSecrets.flatMap((key) => (account[key] === '' ? [] : [`accounts.${account.name}.${key}`])),
        ...oauth2Secrets.flatMap((key) =>
          account.oauth2[key] === '' ? [] : [`accounts.${account.name}.oauth2.${key}`],
        ),
      ]),
    ],
    overridden: file.overridden(),
    file: file.path,
    dataDir: config.dataDir,
    port,
  };
}

/** Tells one version of the settings' file from another. @throws ConfigError */
export function revisionOf(file: ConfigFile): string {
  return createHash('sha256').update(JSON.stringify(file.read())).digest('base64url');
}

/** The refusal of a save that began as another version. */
export function changedMeanwhile(): BridgeError {
  return new BridgeError(
    'settings-changed',
    'The settings were changed meanwhile, by somebody else or in another window. Nothing was saved: load this page again, and enter your changes once more.',
  );
}

function withoutSecrets(account: AccountConfig): AccountSettings {
  const shown = Object.entries(account).filter(
    ([key]) => !(accountSecrets as readonly string[]).includes(key),
  );
  const { clientId } = account.oauth2;
  return { ...Object.fromEntries(shown), oauth2: { clientId } } as unknown as AccountSettings;
}

/** Keys that a finished connection with X brings. */
export interface ConnectedKeys {
  accessToken: string;
  accessTokenSecret: string;
}

/**
 * What the file is to hold: the panel's settings, and of each secret that it does not name the former value.
 * What the panel does not show, such as `dataDir`, stays as it was.
 * @param former what the file holds now
 * @param overridden keys that the environment sets: of those the file keeps its own
 * @param keysOf the keys of a finished connection
 */
export function mergeSettings(
  former: unknown,
  settings: Omit<Settings, 'revision'>,
  overridden: string[],
  keysOf: (connection: string) => ConnectedKeys | undefined,
): Record<string, unknown> {
  const before = recordOf(former);
  const formerAccounts = listOf(before['accounts']).map(recordOf);
  const accounts = settings.accounts.map(({ connection, ...account }) => {
    const own = formerAccounts.find(({ name }) => name === account.name) ?? {};
    const connected = connection === undefined ? undefined : keysOf(connection);
    // Without a client its secrets are of no use, and would be refused.
    const oauth2 =
      account.oauth2.clientId === ''
        ? account.oauth2
        : { ...keep(recordOf(own['oauth2']), oauth2Secrets), ...account.oauth2 };
    return { ...keep(own, accountSecrets), ...account, oauth2, ...connected };
  });
  const merged = {
    ...before,
    ...settings,
    host: { ...keep(recordOf(before['host']), hostSecrets), ...settings.host },
    reply: { ...recordOf(before['reply']), ...settings.reply },
    admin: { ...recordOf(before['admin']), ...settings.admin },
    accounts,
  };
  for (const path of overridden) restore(merged, before, path.split('.'));
  return merged;
}

/** Puts the former value back at a path of at most two keys. */
function restore(
  target: Record<string, unknown>,
  former: Record<string, unknown>,
  [key = '', inner]: string[],
): void {
  if (inner !== undefined && !Array.isArray(target[key])) {
    const section = { ...recordOf(target[key]) };
    restore(section, recordOf(former[key]), [inner]);
    target[key] = section;
  } else if (inner === undefined) {
    if (key in former) target[key] = former[key];
    else Reflect.deleteProperty(target, key);
  }
}

/** Everything of the file that the panel may take out of it or put into it, secrets as they are. */
export function isSecretPath(path: string): boolean {
  return /^(?:host\.(?:password|apiKey)|reply\.token|admin\.password|accounts\.[^.]+\.(?:consumerKey|consumerSecret|accessToken|accessTokenSecret|apiSecret|botToken|oauth2\.(?:clientSecret|refreshToken)))$/.test(
    path,
  );
}

/** Where secrets or customers' words go or are shown, and how it is checked who calls. */
const isGuardedPath = (path: string) =>
  /^(?:host|x|admin)\.|^(?:dataDir|bindAddress)$|^log\.(?:dir|name|messageText)$|^accounts\.[^.]+\.(?:webhookUrl|webhookCheck|bot\.url|oauth2\.clientId)$/.test(
    path,
  );

/**
 * Whether a change may not be made by whoever finds an open browser: secrets, and where they go. Taking a secret away is no
 * less a change: another one may be in force then.
 */
export function needsPassword({ path }: Change): boolean {
  return isSecretPath(path) || isGuardedPath(path);
}

/** Whether a secret is among settings, be it a new one or not: whether it changes anything would tell if a guess is right. */
export function holdsSecret(settings: unknown, path = ''): boolean {
  if (Array.isArray(settings)) return settings.some((each) => holdsSecret(each, `${path}.one`));
  if (typeof settings !== 'object' || settings === null) return isSecretPath(path);
  return Object.entries(settings).some(([key, value]) =>
    holdsSecret(value, path === '' ? key : `${path}.${key}`),
  );
}

function keep(from: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (key in from ? [[key, from[key]]] : [])));
}

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
