import { forget, type ForgetPorts } from '../core/forget';
import type { Forgotten } from '../core/eraser';
import type { Log } from '../core/ports';
import { askPlugin } from './requestFiles';
import { withStore } from './openStore';

const silent: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  with: () => silent,
};

/**
 * `forget --user ID`: forgets a person, through the running plugin where there is one.
 * @returns what to tell whoever called it
 * @throws Error in words
 */
export function runForget(dataDir: string, user: string): Promise<string> {
  return withStore(
    dataDir,
    ({ eraser }) => forgetPerson(user, { eraser, log: silent }),
    () => askPlugin(dataDir, 'forget', user),
  );
}

/** @throws BridgeError when nobody is known by that name */
export async function forgetPerson(user: string, ports: ForgetPorts): Promise<string> {
  return inWords(await forget(user, 'the command line', ports));
}

function inWords({ messages, answers }: Forgotten): string {
  return `Forgotten: ${messages} messages, ${answers} replies, and what was known of the person.`;
}
