import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BridgeError, reasonOf } from './bridge/errors';
import { forget, type ForgetPorts } from './bridge/forget';
import type { Forgotten } from './bridge/keeping';
import type { Log } from './bridge/ports';
import { DataDirectoryInUse } from './store/dataDirectory';
import { openMessageStore } from './store/messageStore';

/** Requests for a running plugin, which alone may touch its store: files only its own user can write. */
const folderOf = (dataDir: string) => join(dataDir, 'forget');
const answerOf = (request: string) => request.replace(/\.request$/, '.answer');

/** A running plugin looks once a minute. Milliseconds. */
const longestWait = 150_000;
const pause = 200;

const silent: Log = {
  error: () => {},
  warn: () => {},
  info: () => {},
  debug: () => {},
  with: () => silent,
};

/**
 * `forget --user ID`: forgets a person, through the running plugin where there is one.
 * @returns what to tell whoever called it
 * @throws Error in words
 */
export async function runForget(dataDir: string, user: string): Promise<string> {
  if (!existsSync(dataDir)) throw new Error(`there is no data folder ${dataDir}`);
  try {
    const store = openMessageStore(dataDir, () => Date.now());
    try {
      return inWords(await forget(user, 'the command line', { keeping: store.keeping, log: silent }));
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof DataDirectoryInUse)) throw error;
    return ask(dataDir, user);
  }
}

async function ask(dataDir: string, user: string): Promise<string> {
  const folder = folderOf(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const request = join(folder, `${process.pid}-${Date.now()}.request`);
  writeWhole(request, user);
  const answer = answerOf(request);
  for (let waited = 0; waited < longestWait; waited += pause) {
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

/** Does what the command has asked a running plugin for. */
export async function answerRequests(dataDir: string, ports: ForgetPorts): Promise<void> {
  const folder = folderOf(dataDir);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.request'))) {
    const request = join(folder, name);
    writeWhole(answerOf(request), await outcomeOf(readFileSync(request, 'utf8'), ports));
    rmSync(request, { force: true });
  }
}

async function outcomeOf(user: string, ports: ForgetPorts): Promise<string> {
  try {
    return inWords(await forget(user, 'the command line', ports));
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return `refused: ${reasonOf(error)}`;
  }
}

function inWords({ messages, answers }: Forgotten): string {
  return `Forgotten: ${messages} messages, ${answers} answers, and what was known of the person.`;
}

/** A reader sees all of it or nothing. */
function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
