import express from 'express';
import { Faults } from './faults';
import { serve } from './serve';

/** What a bot is asked. */
export interface BotQuestion {
  account: string;
  conversation: string;
  user: { id: string; username?: string; name?: string };
  text: string;
}

export interface BotAnswer {
  messages: { text: string }[];
  handOver?: boolean;
}

/** A small bot: it greets, knows the opening hours, and asks for an agent when told of a problem. */
export function smallTalk({ text, user }: BotQuestion): BotAnswer {
  const say = (...lines: string[]) => lines.map((line) => ({ text: line }));
  if (/\b(?:hours?|open)\b/i.test(text)) return { messages: say('We are open from nine to six.') };
  if (/\b(?:broken|complaint|problem)\b/i.test(text))
    return { messages: say('I am sorry to hear that. A colleague takes over.'), handOver: true };
  return { messages: say(`Hello ${user.name ?? 'there'}, I am a bot. Ask me about our hours.`) };
}

/** A simulated bot, strict about what it is asked. */
export class BotSimulator {
  readonly faults = new Faults();
  readonly asked: (BotQuestion & { key: string | undefined; authorization: string | undefined })[] = [];
  answer: (question: BotQuestion) => unknown = smallTalk;
  url = '';
  private stop: () => Promise<void> = () => Promise.resolve();

  static async start(port = 0): Promise<BotSimulator> {
    const bot = new BotSimulator();
    const app = express();
    app.use(bot.faults.middleware);
    app.post('/answer', express.json(), (request, response) => {
      const question = request.body as BotQuestion;
      const keys = Object.keys(question).sort().join();
      if (keys !== 'account,conversation,text,user' || typeof question.user.id !== 'string') {
        response.status(400).json({ message: `not as agreed: ${keys}` });
        return;
      }
      const { authorization } = request.headers;
      bot.asked.push({ ...question, key: request.get('idempotency-key'), authorization });
      response.json(bot.answer(question));
    });
    const served = await serve(app, port);
    bot.url = `${served.url}/answer`;
    bot.stop = () => served.close();
    return bot;
  }

  close(): Promise<void> {
    return this.stop();
  }
}
