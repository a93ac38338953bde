import init from 'chat-xdk-engine';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { createEngine } from './engine';
import type { Request, Response } from './protocol';

/** The thread that holds the keys and computes. The wasm lies beside the bundle of this file. */

const methods = createEngine();
const ready = init({ module_or_path: readFileSync(join(__dirname, 'chat_xdk_wasm_bg.wasm')) });

async function answer({ id, method, input }: Request): Promise<void> {
  let response: Response;
  try {
    await ready;
    response = { id, answer: await methods[method](input as never) };
  } catch (error) {
    response = { id, error: error instanceof Error ? error.message : String(error) };
  }
  parentPort?.postMessage(response, keysIn(response));
}

/** Private keys are handed over, so that no copy of them stays in this thread. */
function keysIn(response: Response): ArrayBuffer[] {
  const answer = 'answer' in response ? response.answer : undefined;
  const keys = typeof answer === 'object' && answer !== null && 'keys' in answer ? answer.keys : undefined;
  return keys instanceof Uint8Array ? [keys.buffer as ArrayBuffer] : [];
}

parentPort?.on('message', (request: Request) => void answer(request));
