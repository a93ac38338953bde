import { createHash } from 'node:crypto';
import { BridgeError } from '../core/errors';
import { isRecord } from '../core/isRecord';
import type { Change, Settings, SettingsView } from '../panel/api';
import { catalogue, isGuardedPath, isSecretPath, setAt, withoutSecrets } from '../settings/catalogue';
import type { ConfigFile } from '../settings/configFile';
import type { Config } from '../settings/schema';
import { throughMotion } from '../settings/throughMotion';
import { oauth2CallbackUrl } from './oauth2';
import { formGroups, newAccount } from './settingsForm';
import { say } from '../texts/text';

/** The settings as the panel may see them: every secret is taken out, and named where it is set. */
export function viewSettings(config: Config, file: ConfigFile, port: number): SettingsView {
  const shown = recordOf(withoutSecrets(config));
  const isInPanel = (key: string) =>
    key === 'accounts' ||
    catalogue.some(({ path, about }) => about.group !== undefined && path.split('.')[0] === key);
  return {
    settings: {
      ...Object.fromEntries(Object.entries(shown).filter(([key]) => isInPanel(key))),
      revision: revisionOf(file),
    } as Settings,
    form: formGroups(),
    newAccount: newAccount(),
    oauth2CallbackUrl: oauth2CallbackUrl({ config, port }),
    webhookUrl: config.host.baseUrl === '' ? '' : throughMotion(config, port, '/api/messages'),
    secretsSet: secretsSetIn(config),
    overridden: file.overridden(),
    file: file.path,
    dataDir: config.dataDir,
    port,
  };
}

/** As `path.to.key`, accounts by name. */
function secretsSetIn(config: Config): string[] {
  const isSet = (value: unknown, path: string[]): string[] => {
    if (Array.isArray(value))
      return value.flatMap((item) => isSet(item, [...path, String(recordOf(item)['name'])]));
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).flatMap(([key, item]) => isSet(item, [...path, key]));
    const at = path.join('.');
    return value !== '' && isSecretPath(at) && !hidden.has(at) ? [at] : [];
  };
  return isSet(config, []);
}

/** Secrets that the panel does not ask for. */
const hidden = new Set(catalogue.filter(({ about }) => about.group === undefined).map(({ path }) => path));

/** Tells one version of the settings' file from another. @throws ConfigError */
export function revisionOf(file: ConfigFile): string {
  return createHash('sha256').update(JSON.stringify(file.read())).digest('base64url');
}

/** The refusal of a save that began as another version. */
export function changedMeanwhile(): BridgeError {
  return new BridgeError('settings-changed', say('admin.settingsChanged'));
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
    const merged = laidOver(secretsOf(own, ['accounts', '*']), account);
    // Without a client its secrets are of no use, and would be refused.
    if (account.oauth2.clientId === '') merged['oauth2'] = account.oauth2;
    return { ...merged, ...(connection === undefined ? undefined : keysOf(connection)) };
  });
  const merged = { ...laidOver(before, { ...settings, accounts: undefined }), accounts };
  for (const path of overridden) restore(merged, before, path.split('.'));
  return merged;
}

/** Settings laid over others, object by object; a list takes the place of the other. */
export function laidOver(
  under: Record<string, unknown>,
  over: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...under };
  for (const [key, value] of Object.entries(over))
    merged[key] = isRecord(value) ? laidOver(recordOf(under[key]), value) : value;
  return merged;
}

/** The secrets among settings, and nothing else. @param path where the settings stand in the configuration */
export function secretsOf(settings: Record<string, unknown>, path: string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
      const at = [...path, key];
      if (isRecord(value)) return [[key, secretsOf(value, at)]];
      return isSecretPath(at.join('.')) ? [[key, value]] : [];
    }),
  );
}

/** Puts the former value back, where a path leads through objects alone. */
function restore(target: Record<string, unknown>, former: Record<string, unknown>, path: string[]): void {
  if (path[0] === 'accounts') return;
  const value = path.reduce<unknown>((inner, key) => recordOf(inner)[key], former);
  if (value !== undefined) {
    setAt(target, path, value);
    return;
  }
  const holder = path.slice(0, -1).reduce((inner, key) => recordOf(inner[key]), target);
  Reflect.deleteProperty(holder, path.at(-1) ?? '');
}

/**
 * Whether a change may not be made by whoever finds an open browser: secrets, and where they go. Taking a secret away is no
 * less a change: another one may be in force then.
 */
export function needsPassword({ path }: Change): boolean {
  return isSecretPath(path) || isGuardedPath(path);
}

/** Whether a secret is among settings, be it a new one or not: whether it changes anything would tell if a guess is right. */
export function holdsSecret(settings: unknown, path: string[] = []): boolean {
  if (Array.isArray(settings)) return settings.some((each) => holdsSecret(each, [...path, '*']));
  if (!isRecord(settings)) return isSecretPath(path.join('.'));
  return Object.entries(settings).some(([key, value]) => holdsSecret(value, [...path, key]));
}

export function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
