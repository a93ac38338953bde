import { refusal } from '../../core/errors';
import type { Log } from '../../core/ports';
import { readBackupConfig } from './keyBackup';
import type { ChatWorkers } from './chatWorkers';
import { say, type Text } from '../../texts/text';

/** X's backup of an account's keys behind a PIN. All functions throw BridgeError in the admin's words. */

export interface PinBackupOptions {
  /** What X says of the way to the backup; undefined where it has none. */
  config: unknown;
  apiBaseUrl: string;
  workers: ChatWorkers;
  log: Log;
}

const wrongPin = (guessesLeft: number | undefined) => {
  if (guessesLeft === undefined) return say('pin.wrong');
  if (guessesLeft === 0) return say('pin.destroyed');
  return say('pin.wrongWithGuesses', { count: guessesLeft });
};

/** What the realms' other refusals mean for the admin. */
const refusals: Record<string, Text> = {
  NotRegistered: say('pin.noBackup'),
  InvalidAuth: say('pin.noAccess'),
  UpgradeRequired: say('pin.tooOld'),
  RateLimitExceeded: say('pin.tooMany'),
  Transient: say('pin.unreachable'),
};

const notUnderstood = say('pin.unclear');

/** Gets the keys out of the backup. A wrong PIN costs a guess; it is tried once. */
export async function recoverWithPin(
  pin: string,
  { config, apiBaseUrl, workers, log }: PinBackupOptions,
): Promise<Uint8Array> {
  if (config === undefined) throw refusal(refusals['NotRegistered'] ?? notUnderstood);
  const { config: realms, tokens } = readBackupConfig(config, apiBaseUrl);
  const bytes = new TextEncoder().encode(pin);
  const answer = await workers
    .call('recover', { config: realms, tokens, pin: bytes })
    .finally(() => bytes.fill(0));
  if ('keys' in answer) return answer.keys;
  const { refused, guessesLeft } = answer;
  log.warn('the keys for encrypted chat could not be recovered', { refused, guessesLeft });
  if (refused === 'InvalidPin') throw refusal(wrongPin(guessesLeft));
  const words = refusals[refused] ?? notUnderstood;
  throw refusal(refused === 'Transient' ? say('pin.mayHaveCounted', { text: words }) : words);
}

/**
 * Puts keys into the backup, so that X's app can take them up with the PIN.
 * @param keys read only once it is known where they go
 */
export async function backUpWithPin(
  pin: string,
  keys: () => Promise<Uint8Array>,
  { config, apiBaseUrl, workers, log }: PinBackupOptions,
): Promise<void> {
  if (config === undefined) throw refusal(say('pin.nowhere'));
  const { config: realms, tokens, guesses } = readBackupConfig(config, apiBaseUrl);
  const bytes = new TextEncoder().encode(pin);
  const call = { config: realms, tokens, pin: bytes, keys: await keys(), guesses };
  const answer = await workers.call('backUp', call).finally(() => bytes.fill(0));
  if ('done' in answer) return;
  const { refused } = answer;
  log.warn('the keys for encrypted chat could not be backed up', { refused });
  throw refusal(say('pin.notBackedUp', { text: refusals[refused] ?? notUnderstood }));
}

/** What X's own app takes as a PIN (X Chat library: setup). @throws BridgeError */
export function checkPin(pin: string): void {
  const codes = Array.from(pin, (each) => each.codePointAt(0) ?? 0);
  const isRun = (step: number) =>
    codes.every((code, index) => index === 0 || code === (codes[index - 1] ?? 0) + step);
  if (codes.length < 4) throw refusal(say('pin.short'));
  if (isRun(0)) throw refusal(say('pin.repeated'));
  if (/^\d+$/.test(pin) && (isRun(1) || isRun(-1))) throw refusal(say('pin.inARow'));
}
