import type { Ports } from '../corePorts';
import type { StoredInbound } from '../messages';
import type { MessagingAccount } from '../gateways';
import { customersWords, systemNotice } from '../systemNotice';
import { phrase } from '../../texts/text';

/** Code points; the latest is what matters. */
const longest = 10_000;

/**
 * What was said with the bot, for the agent who goes on. Customers' encrypted words are opened for it, never kept.
 * @returns undefined where nothing was said
 * @throws BridgeError when X has to be asked for keys and cannot be
 */
export async function transcriptFor(
  { message }: StoredInbound,
  account: MessagingAccount,
  { conversations, inbox }: Ports<'conversations' | 'inbox'>,
): Promise<string | undefined> {
  const turns = await conversations.turns(account.name, message.conversation);
  if (turns.length === 0) return undefined;
  const lines: string[] = [];
  for (const { inboxSeq, answers } of turns) {
    const asked = customersWords(await wordsOf(await inbox.get(inboxSeq), account));
    lines.push(phrase('message.saidByCustomer', { words: indented(asked) }));
    lines.push(...answers.map((answer) => phrase('message.saidByBot', { words: indented(answer) })));
  }
  const { withAgents: reason } = await conversations.read(account.name, message.conversation);
  const characters = Array.from(lines.join('\n'));
  const said = characters.slice(-longest).join('');
  return systemNotice(
    [
      phrase('message.transcript'),
      characters.length > longest ? `…${said}` : said,
      ...(reason === undefined ? [] : [phrase('message.handedOver', { reason })]),
    ].join('\n'),
  );
}

/** No line of what somebody said looks like the beginning of what somebody else did. */
function indented(words: string): string {
  return words.replaceAll(/\r\n?|[\n\u2028\u2029]/g, '\n    ');
}

async function wordsOf(row: StoredInbound | undefined, account: MessagingAccount): Promise<string> {
  const missing = phrase('message.noLongerKept');
  if (!row) return missing;
  const { closed, text, sender } = row.message;
  if (!closed) return text === '' ? missing : text;
  return (await account.chat.wordsOf(closed, sender.id)) ?? missing;
}
