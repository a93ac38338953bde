import { z } from 'zod';
import { refusal } from '../core/errors';
import { openBox, sealBox, sealedBox } from '../disk/sealedBox';
import type { Change } from '../panel/api';
import { isSecretPath, withoutSecrets } from '../settings/catalogue';
import { withCurrentNames } from '../settings/formerNames';
import { laidOver, listOf, recordOf, secretsOf } from './settings';
import { say } from '../texts/text';

const format = 'openchannel-x settings';
const backupFile = z.object({
  format: z.literal(format),
  version: z.string(),
  exportedAt: z.string(),
  settings: z.record(z.string(), z.unknown()).optional(),
  encrypted: sealedBox.optional(),
});

/**
 * Settings as a file to keep: readable and without secrets, or, with a password, all of it encrypted (scrypt,
 * AES-256-GCM).
 */
export async function exportSettings(
  raw: unknown,
  password: string | undefined,
  about: { version: string; now: number },
): Promise<string> {
  const head = { format, version: about.version, exportedAt: new Date(about.now).toISOString() };
  if (password === undefined || password === '')
    return JSON.stringify({ ...head, settings: withoutSecrets(raw) }, undefined, 2);
  const encrypted = await sealBox(Buffer.from(JSON.stringify(raw)), password);
  return JSON.stringify({ ...head, encrypted }, undefined, 2);
}

/**
 * Reads such a file.
 * @returns the settings; without their secrets, unless it was encrypted
 * @throws BridgeError `bad-request` in words: not such a file, a password is needed, or it is wrong
 */
export async function readBackup(
  content: string,
  password: string | undefined,
): Promise<Record<string, unknown>> {
  const { settings, encrypted } = parse(content);
  if (settings) return recordOf(withCurrentNames(settings).settings);
  if (!encrypted) throw refusal(say('admin.emptyBackup'));
  if (password === undefined || password === '') throw refusal(say('admin.encryptedBackup'));
  try {
    const opened = (await openBox(encrypted, password)).toString('utf8');
    return recordOf(withCurrentNames(JSON.parse(opened)).settings);
  } catch {
    throw refusal(say('admin.wrongFilePassword'));
  }
}

/** What the file is to hold after an import: secrets that the import does not bring stay as they are. */
export function mergeImport(
  former: unknown,
  settings: Record<string, unknown>,
  overridden: string[] = [],
): Record<string, unknown> {
  const before = recordOf(former);
  const formerAccounts = listOf(before['accounts']).map(recordOf);
  // The environment gives keys to the first account.
  const givesKeys = overridden.some((path) => path.startsWith('accounts.'));
  const accounts = listOf(settings['accounts']).map((each, index) => {
    const account = recordOf(each);
    const own = formerAccounts.find(({ name }) => name === account['name']);
    const merged = laidOver(secretsOf(own ?? {}, ['accounts', '*']), account);
    // One that was removed comes back without its keys, switched off.
    const mayRun = own !== undefined || hasKeys(merged) || (index === 0 && givesKeys);
    return mayRun ? merged : { ...merged, active: false };
  });
  // The data stay where they are: an import is about settings, not about messages.
  const merged: Record<string, unknown> = {
    ...laidOver(secretsOf(before, []), settings),
    dataDir: before['dataDir'],
    accounts,
  };
  if (!('dataDir' in before)) delete merged['dataDir'];
  return merged;
}

const hasKeys = (account: Record<string, unknown>) =>
  ['consumerKey', 'consumerSecret', 'accessToken', 'accessTokenSecret'].every((key) =>
    Boolean(account[key]),
  ) || Boolean(recordOf(account['oauth2'])['clientSecret']);

/** What differs, for the admin to look at before; secrets are named, never shown. */
export function changesBetween(former: unknown, next: unknown): Change[] {
  const [before, after] = [flatten(former), flatten(next)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const [from, to] = [before.get(path), after.get(path)];
    if (from === to) return [];
    const shown = (value: string | undefined) =>
      value === undefined ? '' : isSecretPath(path) && value !== '""' ? '••••' : value;
    return [{ path, from: shown(from), to: shown(to) }];
  });
}

/** Every leaf by its path; accounts by name, so that their order does not matter. */
function flatten(value: unknown, path: string[] = []): Map<string, string> {
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null) return new Map([[path.join('.'), JSON.stringify(value)]]);
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const { name } = recordOf(item);
    return [isList && typeof name === 'string' ? name : key, item];
  });
  return new Map(entries.flatMap(([key, item]) => [...flatten(item, [...path, key])]));
}

function parse(content: string): z.infer<typeof backupFile> {
  try {
    return backupFile.parse(JSON.parse(content));
  } catch {
    throw refusal(say('admin.notABackup'));
  }
}
