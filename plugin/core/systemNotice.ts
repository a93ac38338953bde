import type { Ports } from './corePorts';
import { phrase } from '../texts/text';
import { queueNameOf } from './conversation';
import type { InboundMessage } from './messages';

/** Starts every text of ours that an agent reads, so that it is not taken for the customer's. */
const systemMark = '[X channel]';

/** The mark of earlier versions, whose notices may still come back. */
const formerMark = '[openchannel-x]';

/** Words of ours for the agent. */
export function systemNotice(words: string): string {
  return `${systemMark} ${words}`;
}

/** A customer's words as agents read them: our mark in them says who wrote it, so that they are not taken for ours. */
export function customersWords(text: string): string {
  return text.replaceAll(/\[\s*(openchannel-x|X\s+channel)\s*\]/gi, (_, mark: string) =>
    phrase('message.customersMark', { mark }),
  );
}

/** Whether a text is one of ours, come back from the host as if an agent had written it. */
export function isSystemNotice(text: string): boolean {
  const beginning = text.trimStart();
  return [systemMark, formerMark].some((mark) => beginning.startsWith(mark));
}

/** Puts a notice for the agent on its way to the host, once for each id. @throws BridgeError `store-unavailable` */
export async function keepNotice(
  notice: InboundMessage,
  { inbox, activity, wake }: Ports<'inbox' | 'activity' | 'wake'>,
): Promise<void> {
  const [isNew] = await inbox.keep([notice]);
  if (!isNew) return;
  const { account, messageId, conversation, text } = notice;
  activity({ direction: 'in', account, messageId, conversation, step: 'stored', detail: text });
  wake(queueNameOf(account, conversation));
}
