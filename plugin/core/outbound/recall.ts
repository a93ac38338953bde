import type { Ports } from '../corePorts';
import { concernsAgent, recalledNotice } from './replyNotices';
import { BridgeError } from '../errors';
import type { MessagingAccount } from '../gateways';
import { phrase, say, speakIn, type Text } from '../../texts/text';

/**
 * Takes an encrypted reply back, for everybody in its conversation, and tells the agent.
 * @param seq the reply, in the outbox
 * @param by who does it
 * @throws BridgeError in the admin's words
 */
export async function recall(
  seq: number,
  by: Text,
  accountOf: (name: string) => MessagingAccount,
  { chat, outbox, clock, log, tellAgent }: Ports<'chat' | 'outbox' | 'clock' | 'log' | 'tellAgent'>,
): Promise<void> {
  const row = await outbox.get(seq);
  const head = row?.joinedTo ?? seq;
  const messages = await chat.sentOf(head);
  if (!row || messages.length === 0) throw new BridgeError('bad-request', say('recall.notPossible'));
  const { account } = row.message;
  const { chat: ownChat, rules } = accountOf(account);
  await ownChat.recall(messages);
  await chat.noteRecalled(head);
  await outbox.noteOutcome(head, phrase('recall.outcome', { by }));
  log.warn('an encrypted reply was taken back', { account, answer: head, user: String(by) });
  const reply = (await outbox.get(head)) ?? row;
  if (!concernsAgent(reply.message)) return;
  const isPart = messages.length < reply.sentIds.length;
  const isJoined = (await outbox.sentWith(head)).length > 0;
  await speakIn(rules.language, () =>
    tellAgent(recalledNotice(reply, { by, isPart, isJoined }, clock.now())),
  );
}
