import init from 'chat-xdk-engine';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let loaded: Promise<unknown> | undefined;

/** X's chat library, ready for use: customers here encrypt for real. */
export function loadChatLibrary(): Promise<unknown> {
  const folder = dirname(require.resolve('chat-xdk-engine'));
  return (loaded ??= init({ module_or_path: readFileSync(join(folder, 'chat_xdk_wasm_bg.wasm')) }));
}
