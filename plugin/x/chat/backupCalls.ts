import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as juicebox from 'juicebox-sdk/juicebox-sdk_bg.js';
import type { BackUpAnswer, BackUpCall, RecoverAnswer, RecoverCall } from './protocol';

/**
 * X's key backup, which is spread over several realms: each wrong PIN takes one of the guesses, and the last one destroys
 * the backup (Juicebox protocol). Whatever is asked of it is tried once, never again by itself.
 */

/** What the library's numbers mean; its enumerations are for TypeScript only. */
const recoverReasons = [
  'InvalidPin',
  'NotRegistered',
  'InvalidAuth',
  'UpgradeRequired',
  'RateLimitExceeded',
  'Assertion',
  'Transient',
];
const registerReasons = ['InvalidAuth', 'UpgradeRequired', 'RateLimitExceeded', 'Assertion', 'Transient'];

let loaded: Promise<void> | undefined;

/** The library has one global token for all calls: two at once would try one account's PIN on the other's backup. */
let last: Promise<unknown> = Promise.resolve();

/** Gets an account's private keys out of the backup. Wipes the PIN. */
export function recoverKeys(call: RecoverCall): Promise<RecoverAnswer> {
  return inTurn(call, async (client) => {
    try {
      return { keys: await client.recover(call.pin, new Uint8Array(0)) };
    } catch (error) {
      const { reason, guesses_remaining: guessesLeft } = error as {
        reason?: number;
        guesses_remaining?: number;
      };
      return { refused: recoverReasons[reason ?? -1] ?? 'Assertion', guessesLeft };
    }
  });
}

/** Puts an account's private keys into the backup, in the place of whatever was there. Wipes PIN and keys. */
export function backUpKeys(call: BackUpCall): Promise<BackUpAnswer> {
  return inTurn(call, async (client) => {
    try {
      await client.register(call.pin, call.keys, new Uint8Array(0), call.guesses);
      return { done: true as const };
    } catch (error) {
      const reason = typeof error === 'number' ? error : (error as { reason?: number }).reason;
      return { refused: registerReasons[reason ?? -1] ?? 'Assertion' };
    } finally {
      call.keys.fill(0);
    }
  });
}

function inTurn<T>(
  { config, tokens, pin }: RecoverCall,
  work: (client: juicebox.Client) => Promise<T>,
): Promise<T> {
  const mine = last.then(async () => {
    await (loaded ??= load());
    // The library asks for each realm's token by this global name.
    Object.assign(globalThis, {
      JuiceboxGetAuthToken: (realm: Uint8Array) =>
        Promise.resolve(tokens[Buffer.from(realm).toString('hex')] ?? ''),
    });
    const client = new juicebox.Client(new juicebox.Configuration(config), []);
    try {
      return await work(client);
    } finally {
      pin.fill(0);
      client.free();
    }
  });
  last = mine.catch(() => undefined);
  return mine;
}

async function load(): Promise<void> {
  const bytes = readFileSync(join(__dirname, 'juicebox-sdk_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './juicebox-sdk_bg.js': juicebox });
  juicebox.__wbg_set_wasm(instance.exports);
}
