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
  parentPort?.postMessage(response);
}

parentPort?.on('message', (request: Request) => void answer(request));
