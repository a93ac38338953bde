import { BridgeError } from '../../core/errors';
import type { Log } from '../../core/ports';
import { readBackupConfig } from './keyBackup';
import type { ChatThreads } from './threads';

/** X's backup of an account's keys behind a PIN. All functions throw BridgeError in the admin's words. */

export interface PinBackupOptions {
  /** What X says of the way to the backup; undefined where it has none. */
  config: unknown;
  apiBaseUrl: string;
  threads: ChatThreads;
  log: Log;
}

const wrongPin = (guessesLeft: number | undefined) => {
  if (guessesLeft === undefined) return 'This is not the PIN.';
  if (guessesLeft === 0) return 'This is not the PIN. It was the last guess: X has destroyed the backup.';
  const left = guessesLeft === 1 ? '1 guess is left' : `${guessesLeft} guesses are left`;
  return `This is not the PIN. ${left}; after the last one X destroys the backup.`;
};

/** What the realms' other refusals mean for the admin. */
const refusals: Record<string, string> = {
  NotRegistered: 'X has no backup of keys for this account, or it was destroyed after too many wrong PINs.',
  InvalidAuth:
    "X's key backup does not accept this account's access: connect the account again, then try once more.",
  UpgradeRequired: "X's key backup wants a newer version of this plugin.",
  RateLimitExceeded: "X's key backup takes no more tries for now. Wait an hour before you try again.",
  Transient: "X's key backup could not be reached. Try again later.",
};

const notUnderstood = "X's key backup gave an answer that cannot be understood.";

/** Gets the keys out of the backup. A wrong PIN costs a guess; it is tried once. */
export async function recoverWithPin(
  pin: string,
  { config, apiBaseUrl, threads, log }: PinBackupOptions,
): Promise<Uint8Array> {
  if (config === undefined) throw refusal(refusals['NotRegistered'] ?? notUnderstood);
  const { config: realms, tokens } = readBackupConfig(config, apiBaseUrl);
  const bytes = new TextEncoder().encode(pin);
  const answer = await threads
    .call('recover', { config: realms, tokens, pin: bytes })
    .finally(() => bytes.fill(0));
  if ('keys' in answer) return answer.keys;
  const { refused, guessesLeft } = answer;
  log.warn('the keys for encrypted chat could not be recovered', { refused, guessesLeft });
  if (refused === 'InvalidPin') throw refusal(wrongPin(guessesLeft));
  const counted = refused === 'Transient' ? ' This try may have used up a guess.' : '';
  throw refusal(`${refusals[refused] ?? notUnderstood}${counted}`);
}

/**
 * Puts keys into the backup, so that X's app can take them up with the PIN.
 * @param keys read only once it is known where they go
 */
export async function backUpWithPin(
  pin: string,
  keys: () => Promise<Uint8Array>,
  { config, apiBaseUrl, threads, log }: PinBackupOptions,
): Promise<void> {
  if (config === undefined)
    throw refusal('X does not say where this account may keep a backup behind a PIN. Nothing was backed up.');
  const { config: realms, tokens, guesses } = readBackupConfig(config, apiBaseUrl);
  const bytes = new TextEncoder().encode(pin);
  const call = { config: realms, tokens, pin: bytes, keys: await keys(), guesses };
  const answer = await threads.call('backUp', call).finally(() => bytes.fill(0));
  if ('done' in answer) return;
  const { refused } = answer;
  log.warn('the keys for encrypted chat could not be backed up', { refused });
  throw refusal(`Nothing was backed up. ${refusals[refused] ?? notUnderstood}`);
}

/** What X's own app takes as a PIN (X Chat library: setup). @throws BridgeError */
export function checkPin(pin: string): void {
  const codes = Array.from(pin, (each) => each.codePointAt(0) ?? 0);
  const isRun = (step: number) =>
    codes.every((code, index) => index === 0 || code === (codes[index - 1] ?? 0) + step);
  if (codes.length < 4) throw refusal('A PIN needs at least 4 digits or letters.');
  if (isRun(0)) throw refusal('A PIN of one repeated character can be guessed. Choose another.');
  if (/^\d+$/.test(pin) && (isRun(1) || isRun(-1)))
    throw refusal('A PIN of digits in a row can be guessed. Choose another.');
}

function refusal(words: string): BridgeError {
  return new BridgeError('bad-request', words);
}
