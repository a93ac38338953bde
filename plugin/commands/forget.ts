import { forget } from '../core/forget';
import { askPlugin } from './requestFiles';
import { withStore, type StoreConfig } from './openStore';

/**
 * `forget --user ID`: forgets a person, through the running plugin where there is one.
 * @returns what to tell whoever called it
 * @throws Error in words
 */
export function runForget(config: StoreConfig, user: string): Promise<string> {
  return withStore(
    config,
    ({ eraser }) => forgetPerson(user, { eraser, log: { warn: () => {} } }),
    () => askPlugin(config.dataDir, 'forget', user),
  );
}

/** @throws BridgeError when nobody is known by that name */
export async function forgetPerson(user: string, ports: Parameters<typeof forget>[2]): Promise<string> {
  const { messages, answers } = await forget(user, 'the command line', ports);
  return `Forgotten: ${messages} messages, ${answers} replies, and what was known of the person.`;
}
