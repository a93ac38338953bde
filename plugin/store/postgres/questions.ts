import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import { say } from '../../texts/text';
import type { Signals } from './signals';

/** An answer must be there so soon. Milliseconds. */
const usualWaitMs = 20_000;

/** So many wait for answers; more are refused, since strangers can ask as well. */
const maxOpen = 100;

const questionShape = z.object({ asks: z.string(), from: z.string(), sealed: z.string() });
const answerShape = z.object({ answers: z.string(), sealed: z.string() });

/** Encrypts texts: what is asked and answered may hold secrets. */
export interface TextBox {
  seal(text: string): Promise<string>;
  /** @throws Error when it was encrypted with another key */
  open(sealed: string): Promise<string>;
}

export interface QuestionsOptions {
  signals: Signals;
  /** The id of this process. */
  self: string;
  box: TextBox;
}

/** Questions that processes ask each other by way of the database. */
export class Questions {
  private readonly open = new Map<
    string,
    { target: string; settle: (answer: unknown) => void; giveUp: () => void }
  >();

  constructor(private readonly options: QuestionsOptions) {}

  /** @param target the id of a process @throws BridgeError `store-unavailable` where nobody answers in time */
  async ask(target: string, question: unknown, maxWaitMs = usualWaitMs): Promise<unknown> {
    const { signals, self } = this.options;
    if (this.open.size >= maxOpen) throw noAnswer();
    const id = randomUUID();
    const body = { asks: id, from: self, sealed: await this.seal({ said: question }) };
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<unknown>((resolve, reject) => {
        const giveUp = () => reject(noAnswer());
        timer = setTimeout(giveUp, maxWaitMs);
        this.open.set(id, { target, settle: resolve, giveUp });
        signals.tell(target, body, true);
      });
    } finally {
      clearTimeout(timer);
      this.open.delete(id);
      signals.withdraw(target, body);
    }
  }

  /** Processes that are not among the living answer no longer. */
  giveUp(living: string[]): void {
    for (const { target, giveUp } of [...this.open.values()]) if (!living.includes(target)) giveUp();
  }

  /** Takes what was told to this process. @param answer answers a question @throws whatever `answer` throws */
  async hear(body: unknown, answer: (question: unknown) => Promise<unknown>): Promise<void> {
    const asked = questionShape.safeParse(body).data;
    if (asked) {
      const sealed = await this.seal({ said: await answer(await this.unseal(asked.sealed)) });
      this.options.signals.tell(asked.from, { answers: asked.asks, sealed }, true);
    }
    const answered = answerShape.safeParse(body).data;
    if (answered) this.open.get(answered.answers)?.settle(await this.unseal(answered.sealed));
  }

  private seal(value: { said: unknown }): Promise<string> {
    return this.options.box.seal(JSON.stringify(value));
  }

  private async unseal(sealed: string): Promise<unknown> {
    return (JSON.parse(await this.options.box.open(sealed)) as { said?: unknown }).said;
  }
}

function noAnswer(): BridgeError {
  return new BridgeError('store-unavailable', say('cluster.noAnswer'), { retryable: true });
}
