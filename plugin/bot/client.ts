import axios from 'axios';
import { z } from 'zod';
import type { BotGateway } from '../core/automation/bot';
import type { Clock } from '../core/clock';
import { BridgeError } from '../core/errors';
import { withoutNul } from '../core/links';

export interface BotClientOptions {
  url: string;
  /** Sent as a Bearer token; empty for none. */
  token: string;
  clock: Clock;
}

/** A bot has to be quick: the customer waits. Milliseconds. */
const timeout = 5_000;

/** Bytes of an answer. */
const maxAnswerBytes = 256 * 1024;

/** X takes no longer text in one Direct Message. */
const words = z.string().min(1).max(10_000).transform(withoutNul);

const botAnswer = z.object({
  messages: z
    .array(z.object({ text: words }))
    .max(10)
    .default([]),
  handOver: z.boolean().default(false),
});

/**
 * A bot over HTTP: `POST {account, conversation, user, text}`, answered by `{messages: [{text}], handOver?}`. The
 * header `Idempotency-Key` is the same where one message is asked about twice.
 */
export function createBotClient({ url, token, clock }: BotClientOptions): BotGateway {
  const http = axios.create({
    maxRedirects: 0,
    maxContentLength: maxAnswerBytes,
    proxy: false,
    validateStatus: () => true,
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  return {
    ask: async (question, messageId) => {
      // Of the whole call: a bot that answers a byte a second has not answered.
      const tooLong = new AbortController();
      const cancel = clock.after(timeout, () => tooLong.abort());
      const response = await http
        .post<unknown>(url, question, { headers: { 'idempotency-key': messageId }, signal: tooLong.signal })
        .catch((error: unknown) => {
          throw unavailable(axios.isCancel(error) ? `no answer in ${timeout} ms` : codeOf(error));
        })
        .finally(cancel);
      if (response.status !== 200) throw unavailable(`it answered ${response.status}`);
      const read = botAnswer.safeParse(response.data);
      if (!read.success) throw unavailable('its answer cannot be understood');
      const { messages, handOver } = read.data;
      if (messages.length === 0 && !handOver) throw unavailable('it had nothing to say');
      return { messages: messages.map(({ text }) => text), handOver };
    },
  };
}

function codeOf(error: unknown): string {
  return axios.isAxiosError(error) ? `it cannot be reached (${error.code ?? 'unknown'})` : 'unknown fault';
}

function unavailable(why: string): BridgeError {
  return new BridgeError('bot-unavailable', `the bot cannot be used: ${why}`);
}
