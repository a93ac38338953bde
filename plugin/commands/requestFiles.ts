import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BridgeError, reasonOf } from '../core/errors';
import { writeSafely } from '../disk/writeSafely';

/**
 * Requests of the command line for a running plugin, which alone may touch its store: files that only its own user can
 * write, in a folder of the data folder for each kind.
 */
export type RequestKind = 'forget' | 'backup';

const folderOf = (dataDir: string, kind: RequestKind) => join(dataDir, kind);
const answerOf = (request: string) => request.replace(/\.request$/, '.answer');

/** A running plugin looks every two seconds; copying a large store takes some time. Milliseconds. */
const maxWait = 150_000;
const pause = 200;

/** Asks a running plugin for something. @throws Error in words, when it refuses or does not answer */
export async function askPlugin(dataDir: string, kind: RequestKind, text: string): Promise<string> {
  const folder = folderOf(dataDir, kind);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const request = join(folder, `${process.pid}-${Date.now()}.request`);
  writeSafely(request, text);
  const answer = answerOf(request);
  for (let waited = 0; waited < maxWait; waited += pause) {
    await wait(pause);
    if (!existsSync(answer)) continue;
    const words = readFileSync(answer, 'utf8');
    rmSync(answer);
    if (words.startsWith('refused: ')) throw new Error(words.slice('refused: '.length));
    return words;
  }
  rmSync(request, { force: true });
  throw new Error('the running plugin does not answer; look at its log');
}

/** Does what the command line has asked a running plugin for; what a BridgeError says is the answer too. */
export async function answerRequests(
  dataDir: string,
  kind: RequestKind,
  answer: (text: string) => Promise<string>,
): Promise<void> {
  const folder = folderOf(dataDir, kind);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.request'))) {
    const request = join(folder, name);
    const words = await answer(readFileSync(request, 'utf8')).catch((error: unknown) => {
      if (!(error instanceof BridgeError)) throw error;
      return `refused: ${reasonOf(error)}`;
    });
    writeSafely(answerOf(request), words);
    rmSync(request, { force: true });
  }
}
