import { Worker } from 'node:worker_threads';
import { BridgeError, reasonOf } from '../../core/errors';
import type { ChatAnswer, ChatInput, ChatMethod, Request, Response } from './protocol';
import { say } from '../../texts/text';

/** An account's keys for a thread that needs them; asked for again when a thread had to be replaced. */
export type Identity = () => Promise<ChatInput<'load'>>;

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
}

interface Thread {
  worker: Worker;
  /** Once it knows the accounts' keys. */
  ready: Promise<unknown>;
  waiting: Map<number, Waiting>;
  /** Why it died; nothing would answer any longer. */
  end?: string;
}

/** Two cores' worth: a message takes some milliseconds to open, in which nothing else could be done. */
const size = 2;

/**
 * The threads that hold the accounts' private keys, started when first needed. Whatever belongs to one
 * conversation goes to the same thread, which remembers its keys.
 */
export class ChatWorkers {
  private readonly workers: (Thread | undefined)[] = Array.from({ length: size });
  private readonly identities = new Map<string, Identity>();
  private lastId = 0;
  private stopped = false;

  /** @param file the bundle of `worker.ts` */
  constructor(private readonly file: string) {}

  /** Has every thread know an account's keys from now on. @throws BridgeError `chat-unavailable` */
  async load(account: string, identity: Identity): Promise<void> {
    this.identities.set(account, identity);
    await this.everywhere(async (thread) => this.post(thread, 'load', await identity()));
  }

  /** Wipes an account's keys in every thread. */
  async unload(account: string): Promise<void> {
    this.identities.delete(account);
    await this.everywhere((thread) => this.post(thread, 'unload', { account }));
  }

  /**
   * Has one thread do something.
   * @param about the same for whatever belongs together
   * @throws BridgeError `chat-unavailable` when the thread died over it, or the work failed
   */
  async call<M extends ChatMethod>(method: M, input: ChatInput<M>, about = ''): Promise<ChatAnswer<M>> {
    const thread = this.threadOf(workerIndexOf(about));
    await thread.ready;
    return this.post(thread, method, input);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const running = this.workers.filter((thread) => thread !== undefined);
    await Promise.all(running.map(({ worker }) => worker.terminate()));
  }

  private async everywhere(work: (thread: Thread) => Promise<unknown>): Promise<void> {
    const running = this.workers.filter((thread) => thread !== undefined);
    await Promise.all(running.map((thread) => work(thread)));
  }

  private threadOf(place: number): Thread {
    const running = this.workers[place];
    if (running) return running;
    if (this.stopped) throw unavailable('the plugin is stopping');
    const worker = new Worker(this.file);
    const thread: Thread = { worker, ready: Promise.resolve(), waiting: new Map() };
    this.workers[place] = thread;
    const end = (why: string) => {
      if (this.workers[place] === thread) this.workers[place] = undefined;
      thread.end ??= why;
      for (const { reject } of thread.waiting.values()) reject(unavailable(why));
      thread.waiting.clear();
    };
    worker.unref();
    worker.on('message', (response: Response) => settle(thread, response));
    worker.on('error', (error) => end(reasonOf(error)));
    worker.on('exit', () => end('its thread has ended'));
    thread.ready = Promise.allSettled(
      [...this.identities.values()].map(async (identity) => this.post(thread, 'load', await identity())),
    );
    return thread;
  }

  private post<M extends ChatMethod>(thread: Thread, method: M, input: ChatInput<M>): Promise<ChatAnswer<M>> {
    const { worker, waiting, end } = thread;
    if (end !== undefined) return Promise.reject(unavailable(end));
    this.lastId += 1;
    const request: Request = { id: this.lastId, method, input };
    return new Promise<ChatAnswer<M>>((resolve, reject) => {
      waiting.set(request.id, { resolve: (answer) => resolve(answer as ChatAnswer<M>), reject });
      worker.postMessage(request, secretsOf(input));
    });
  }
}

/** Private keys are handed over, so that no copy stays behind. */
function secretsOf(input: unknown): ArrayBuffer[] {
  if (typeof input !== 'object' || input === null || !('keys' in input)) return [];
  const { keys } = input;
  return keys instanceof Uint8Array && keys.buffer instanceof ArrayBuffer ? [keys.buffer] : [];
}

function settle({ waiting }: Thread, response: Response): void {
  const waiter = waiting.get(response.id);
  waiting.delete(response.id);
  if ('error' in response) waiter?.reject(unavailable(response.error));
  else waiter?.resolve(response.answer);
}

function unavailable(why: string): BridgeError {
  return new BridgeError('chat-unavailable', `the encryption failed: ${why}`, {
    retryable: true,
    agentMessage: say('chat.cannotEncrypt'),
  });
}

/** The thread for a name: the same name, the same thread. */
function workerIndexOf(name: string): number {
  let sum = 0;
  for (let at = 0; at < name.length; at += 1) sum = (sum * 31 + name.charCodeAt(at)) >>> 0;
  return sum % size;
}
