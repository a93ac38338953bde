import { isRecord } from '../core/isRecord';

/** Settings that had another name before; a path of an account's settings begins with `accounts.*`. */
const renamed: [from: string, to: string][] = [
  ['reply.longestWaitHours', 'maxRetryHours'],
  ['accounts.*.apiSecret', 'relaySecret'],
  ['accounts.*.directMessages.joinWaiting', 'mergeQueuedReplies'],
  ['accounts.*.chat.readMarks', 'readReceipts'],
  ['accounts.*.mentions.longestPost', 'maxPostLength'],
  ['accounts.*.workingHours.otherDayHours', 'nonWorkdayHours'],
  ['accounts.*.bot.longestTurns', 'maxTurns'],
  ['accounts.*.bot.quietMinutes', 'idleMinutes'],
  ['accounts.*.filters.leastAccountDays', 'minAccountAgeDays'],
  ['accounts.*.filters.leastFollowers', 'minFollowers'],
];

const renamedValues: [path: string, from: string, to: string][] = [['accounts.*.delivery', 'api', 'relay']];

/**
 * Settings with the names they have now: files of every released version are read for good.
 * @param raw is left as it is
 * @returns `former`: the old names that were found, with the new ones
 */
export function withCurrentNames(raw: unknown): { settings: unknown; former: string[] } {
  const settings: unknown = structuredClone(raw);
  const former = renamed.flatMap(([path, name]) =>
    rename(settings, path.split('.'), name) ? [`${path.replace('.*', '[]')} is now ${name}`] : [],
  );
  for (const [path, from, to] of renamedValues)
    if (replace(settings, path.split('.'), from, to))
      former.push(`"${from}" of ${path.replace('.*', '[]')} is now "${to}"`);
  return { settings, former };
}

function replace(value: unknown, [key = '', ...rest]: string[], from: string, to: string): boolean {
  if (key === '*')
    return Array.isArray(value) && value.map((each) => replace(each, rest, from, to)).includes(true);
  if (!isRecord(value)) return false;
  if (rest.length > 0) return replace(value[key], rest, from, to);
  if (value[key] !== from) return false;
  value[key] = to;
  return true;
}

/** Where both names are there, the new one counts. */
function rename(value: unknown, [key = '', ...rest]: string[], name: string): boolean {
  if (key === '*')
    return Array.isArray(value) && value.map((each) => rename(each, rest, name)).includes(true);
  if (!isRecord(value) || !(key in value)) return false;
  if (rest.length > 0) return rename(value[key], rest, name);
  if (!(name in value)) value[name] = value[key];
  Reflect.deleteProperty(value, key);
  return true;
}
