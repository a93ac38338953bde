import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LogLine, LogQuery } from '../panel/api';

/** The end of the file that is looked through, in bytes, and how many lines are shown. */
const tailBytes = 512 * 1024;
const maxLines = 300;

const shape = /^VERBOSE \[([^\]]+)\] \[([A-Z]+)\] \[[^\]]+\] - (.*?)(?: (\{.*\}))?$/;
const levels = ['error', 'warn', 'info', 'debug'];

/** The last lines of a log file, the newest first, down to the wanted level. */
export function readLogLines(file: string, { level = 'info', account }: LogQuery): LogLine[] {
  const wanted = new Set(levels.slice(0, levels.indexOf(level) + 1));
  const lines: LogLine[] = [];
  for (const line of tailOf(file).reverse()) {
    const [, at = '', shout = '', event = '', fields = ''] = shape.exec(line) ?? [];
    if (at === '' || !wanted.has(shout.toLowerCase())) continue;
    if (account !== undefined && !fields.includes(`"account":${JSON.stringify(account)}`)) continue;
    lines.push({ at, level: shout.toLowerCase(), event, fields });
    if (lines.length === maxLines) break;
  }
  return lines;
}

function tailOf(path: string): string[] {
  if (!existsSync(path)) return [];
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(0, size - tailBytes);
    const bytes = Buffer.alloc(size - start);
    const read = readSync(file, bytes, 0, bytes.length, start);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    // The first one is most likely cut in two.
    return start > 0 ? lines.slice(1) : lines;
  } finally {
    closeSync(file);
  }
}
