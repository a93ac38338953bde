import { randomUUID } from 'node:crypto';
import type { Account } from '../accounts/account';
import type { Clock } from '../core/clock';
import { BridgeError } from '../core/errors';
import type { Answer } from '../panel/api';
import { say } from '../texts/text';

/**
 * Asks an account's bot as a customer would, whether it is switched on or not.
 * @throws BridgeError `bot-unavailable` with what is wrong; `bad-request` without an address
 */
export async function testBot(
  { name, bot, settings }: Account,
  text: string,
  clock: Clock,
): Promise<Answer<'testBot'>> {
  if (settings.bot.url === '') throw new BridgeError('bad-request', say('bot.noAddress'));
  const began = clock.now();
  const question = { account: name, conversation: 'test', user: { id: '0', name: 'Test' }, text };
  const { messages, handOver } = await bot.ask(question, `test:${randomUUID()}`);
  return { texts: messages, handOver, ms: clock.now() - began };
}
