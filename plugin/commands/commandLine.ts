import { parseArgs } from 'node:util';
import { reasonOf } from '../core/errors';

/** What the command line asks for, and the configuration file it names. */
export type CommandLine = { configFile: string | undefined } & (
  | { command: 'run' }
  | { command: 'help' }
  | { command: 'forget'; user: string }
  | { command: 'backup'; folder: string }
  | { command: 'copy-store'; from: string; to: string }
);

/** The arguments make no sense; the message says why and how to call the program. */
export class UsageError extends Error {}

export const usage = `Usage:
  node app/index.js [--config FILE]                       runs the plugin
  node app/index.js forget --user ID [--config FILE]      erases what is kept about a person (id or handle)
  node app/index.js backup --to FOLDER [--config FILE]    copies the data folder, also while the plugin runs
  node app/index.js copy-store --from STORE --to STORE    copies messages and all that is known into an empty store,
                                                          while the plugin is stopped; STORE is a data folder, or postgres://…
`;

/** The flags each command takes, beside --config. */
const flagsOf = { run: [], forget: ['user'], backup: ['to'], 'copy-store': ['from', 'to'] } as const;

/** Reads the program's arguments. @throws UsageError: unknown command or flag, another command's flag, or no value */
export function readCommandLine(args: string[]): CommandLine {
  const { values, positionals } = parse(args);
  const configFile = values.config;
  if (values.help) return { command: 'help', configFile };
  const [name = 'run', ...rest] = positionals;
  if (!isCommand(name))
    throw refuse(`there is no command "${name}"; the commands are forget, backup and copy-store`);
  if (rest.length > 0) throw refuse(`"${rest.join(' ')}" is one argument too many`);
  const allowed: readonly string[] = flagsOf[name];
  for (const flag of ['user', 'from', 'to'] as const)
    if (values[flag] !== undefined && !allowed.includes(flag))
      throw refuse(`--${flag} does not belong to ${name === 'run' ? 'starting the plugin' : name}`);
  if (name === 'forget') return { command: name, user: required(values.user, '--user ID'), configFile };
  if (name === 'backup') return { command: name, folder: required(values.to, '--to FOLDER'), configFile };
  if (name === 'copy-store') {
    const [from, to] = [required(values.from, '--from STORE'), required(values.to, '--to STORE')];
    return { command: name, from, to, configFile };
  }
  return { command: 'run', configFile };
}

function isCommand(name: string): name is keyof typeof flagsOf {
  return Object.hasOwn(flagsOf, name);
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = {
    config: text,
    user: text,
    from: text,
    to: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: true });
  } catch (error) {
    throw refuse(reasonOf(error));
  }
}

function required(value: string | undefined, flag: string): string {
  if (value === undefined || value.trim() === '') throw refuse(`${flag} is missing`);
  return value;
}

function refuse(reason: string): UsageError {
  return new UsageError(`${reason}\n${usage}`);
}
