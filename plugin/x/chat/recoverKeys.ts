import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as juicebox from 'juicebox-sdk/juicebox-sdk_bg.js';
import type { RecoverAnswer, RecoverCall } from './protocol';

/** What the library's numbers mean; its enumeration is for TypeScript only. */
const reasons = [
  'InvalidPin',
  'NotRegistered',
  'InvalidAuth',
  'UpgradeRequired',
  'RateLimitExceeded',
  'Assertion',
  'Transient',
];

let loaded: Promise<void> | undefined;

/**
 * Gets an account's private keys out of X's key backup, which is spread over several realms: each wrong PIN takes
 * one of the guesses, and the last one destroys the backup (Juicebox protocol). Tried once, never again by itself.
 */
export function recoverKeys(call: RecoverCall): Promise<RecoverAnswer> {
  const mine = last.then(() => recoverOne(call));
  last = mine.catch(() => undefined);
  return mine;
}

/** The library has one global token for all recoveries: two at once would try one account's PIN on the other's backup. */
let last: Promise<unknown> = Promise.resolve();

async function recoverOne({ config, tokens, pin }: RecoverCall): Promise<RecoverAnswer> {
  await (loaded ??= load());
  // The library asks for each realm's token by this global name.
  Object.assign(globalThis, {
    JuiceboxGetAuthToken: (realm: Uint8Array) =>
      Promise.resolve(tokens[Buffer.from(realm).toString('hex')] ?? ''),
  });
  const client = new juicebox.Client(new juicebox.Configuration(config), []);
  try {
    return { keys: await client.recover(pin, new Uint8Array(0)) };
  } catch (error) {
    const { reason, guesses_remaining: guessesLeft } = error as {
      reason?: number;
      guesses_remaining?: number;
    };
    return { refused: reasons[reason ?? -1] ?? 'Assertion', guessesLeft };
  } finally {
    pin.fill(0);
    client.free();
  }
}

async function load(): Promise<void> {
  const bytes = readFileSync(join(__dirname, 'juicebox-sdk_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './juicebox-sdk_bg.js': juicebox });
  juicebox.__wbg_set_wasm(instance.exports);
}
