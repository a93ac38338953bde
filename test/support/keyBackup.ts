import * as juicebox from 'juicebox-sdk/juicebox-sdk_bg.js';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { KeyBackup } from '../simulators/x/chat/keyBackup';

let loaded: Promise<void> | undefined;

/** X allows as many guesses. */
const guesses = 20;

/** Puts a user's private keys behind a PIN, as X's app does when somebody chooses one. */
export async function backUpKeys(
  backup: KeyBackup,
  userId: string,
  pin: string,
  keys: Uint8Array,
): Promise<void> {
  await (loaded ??= load());
  const { key_store_token_map_json: config, token_map: tokens } = backup.configFor(userId) as {
    key_store_token_map_json: string;
    token_map: { key: string; value: { token: string } }[];
  };
  Object.assign(globalThis, {
    JuiceboxGetAuthToken: (realm: Uint8Array) =>
      Promise.resolve(tokens.find(({ key }) => key === Buffer.from(realm).toString('hex'))?.value.token),
  });
  const client = new juicebox.Client(new juicebox.Configuration(config), []);
  await client.register(new TextEncoder().encode(pin), keys, new Uint8Array(0), guesses);
  client.free();
}

async function load(): Promise<void> {
  const bytes = readFileSync(resolve('dist/plugin/juicebox-sdk_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './juicebox-sdk_bg.js': juicebox });
  juicebox.__wbg_set_wasm(instance.exports);
}
