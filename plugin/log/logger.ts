import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger as createWinston, format, transports, type Logger, type LoggerOptions } from 'winston';
import type { Log, LogFields } from '../core/ports';
import { createRedactor } from './redact';

export interface LogOptions {
  dir: string;
  name: string;
  level: string;
  /** Where logs go when `dir` cannot be written. */
  fallbackDir: string;
  secrets: readonly string[];
  /** Whether lines also go to the console. */
  console: boolean;
}

/** Other users of the machine have no business with customers' names. Applies to files that are new. */
const ofOwner = { flags: 'a', mode: 0o640 };
/** As Motion does it: 5 MB a file, 7 files, the newest keeps the name. */
const rotation = { maxsize: 5 * 1024 * 1024, maxFiles: 7, tailable: true };

export interface OpenLog {
  log: Log;
  /** The folder that is written to. */
  readonly dir: string;
  /** The file that holds every line. */
  readonly file: string;
  /** Goes on with other settings. @throws Error when the folder cannot be written; then all stays as it was */
  change(options: Omit<LogOptions, 'console' | 'fallbackDir'>): void;
  /** Resolves when all lines are on disk. */
  close(): Promise<void>;
}

/** Opens the log files, in the host's own look. */
export function openLog(options: LogOptions): OpenLog {
  const dir = writableFolder(options.dir) ? options.dir : options.fallbackDir;
  if (dir === options.fallbackDir) mkdirSync(dir, { recursive: true, mode: 0o700 });
  let wanted = options.dir;
  let current = { ...options, dir };
  let isClosed = false;
  const winston = createWinston({ ...settingsOf(current), exitOnError: false });
  // A full disk must not take the plugin down; the console still hears.
  winston.on('error', (error: Error) =>
    process.stderr.write(`log file cannot be written: ${error.message}\n`),
  );
  // What comes to its end after the log has, such as a call of X that hung, has nobody left to tell.
  const write = (level: string, event: string, fields: LogFields) => {
    if (!isClosed) winston.log(level, event, fields);
  };
  const log = scoped(write, {});
  if (dir !== options.dir)
    log.warn('the log folder cannot be written, logs go elsewhere', { wanted: options.dir, used: dir });
  return {
    log,
    get dir() {
      return current.dir;
    },
    get file() {
      return fileOf(current, 'info');
    },
    change: (next) => {
      const moves = next.dir !== wanted;
      if (moves && !writableFolder(next.dir)) throw new Error(`the folder ${next.dir} cannot be written`);
      wanted = next.dir;
      current = { ...options, ...next, dir: moves ? next.dir : current.dir };
      winston.configure(settingsOf(current));
    },
    close: () => {
      isClosed = true;
      return closed(winston);
    },
  };
}

const fileOf = ({ dir, name }: LogOptions, ending: string) => join(dir, `${name}-${ending}.log`);

function settingsOf(options: LogOptions): LoggerOptions {
  const file = (ending: string, level: string) =>
    new transports.File({ filename: fileOf(options, ending), level, ...rotation, options: ofOwner });
  return {
    level: options.level,
    format: hostFormat(options.name, createRedactor(options.secrets)),
    transports: [
      file('info', options.level),
      file('error', 'error'),
      ...(options.console ? [new transports.Console()] : []),
    ],
  };
}

function writableFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function closed(winston: Logger): Promise<void> {
  return new Promise((resolve) => {
    winston.once('finish', () => resolve());
    winston.end();
  });
}

function hostFormat(name: string, redact: (line: string) => string) {
  const service = name.toUpperCase();
  return format.combine(
    format.timestamp({ format: localSeconds() }),
    format.printf(({ level, message, timestamp, ...fields }) => {
      const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`;
      const line = `VERBOSE [${String(timestamp)}] [${level.toUpperCase()}] [${service}] - ${String(message)}${rest}`;
      return redact(printable(line));
    }),
  );
}

/** The local time, `2026-11-21 10:00:00`, put into words once a second: under load that is what a line costs most. */
function localSeconds(): () => string {
  let second = NaN;
  let words = '';
  return () => {
    const now = new Date();
    const current = Math.floor(now.getTime() / 1000);
    if (current !== second) {
      second = current;
      const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
      const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':');
      words = `${day} ${time}`;
    }
    return words;
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** One event is one line, no terminal obeys a stranger's escape codes, and nothing turns the order of letters. */
function printable(line: string): string {
  return line.replace(unprintable, (character) => `\\u${hex(character)}`);
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');

type Write = (level: string, event: string, fields: LogFields) => void;

function scoped(write: Write, scope: LogFields): Log {
  const at = (level: string) => (event: string, fields?: LogFields) =>
    write(level, event, { ...scope, ...fields });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: (fields) => scoped(write, { ...scope, ...fields }),
  };
}
