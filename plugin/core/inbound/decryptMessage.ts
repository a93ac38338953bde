import type { Ports } from '../corePorts';
import { concernsAgent } from '../outbound/replyNotices';
import type { MessagingAccount } from '../gateways';
import type { Tables } from '../ports';
import type { ChatWriter, ClosedMessage, Opened, Remark } from '../chat';
import { groupOf, isEncryptedGroup } from '../conversation';
import type { InboundMessage, StoredInbound, XUser } from '../messages';
import { isFromHere } from './ingestEncrypted';
import {
  colleagueWords,
  deletionWords,
  editedBefore,
  editWords,
  failureWords,
  lateWords,
  membersWords,
  reactionWords,
  type Target,
} from './chatNotices';
import { systemNotice } from '../systemNotice';
import { phrase } from '../../texts/text';

type DecryptPorts = Ports<
  'chat' | 'inbox' | 'outbox' | 'contacts' | 'conversations' | 'eraser' | 'clock' | 'log'
>;

/** A row while it is opened. */
interface Opening {
  row: StoredInbound;
  closed: ClosedMessage;
  account: MessagingAccount;
  ports: DecryptPorts;
}

/**
 * Opens a message of X Chat to hand it over. What was in it is never written down: every try opens it again.
 * @returns the row as it is to be handed over; undefined when there is nothing for an agent in it, or the same
 *   message was handed over already
 * @throws BridgeError when X has to be asked for keys and cannot be
 */
export async function decryptMessage(
  row: StoredInbound,
  account: MessagingAccount,
  ports: DecryptPorts,
): Promise<StoredInbound | undefined> {
  const { closed, ...message } = row.message;
  if (!closed) return row;
  const opened = await account.chat.open(closed, message.sender.id);
  if (opened.kind === 'nothing') return undefined;
  const opening = { row, closed, account, ports };
  if (!(await claim(opened, opening))) return undefined;
  const shown = await shownOf(opened, opening);
  if (!shown) return undefined;
  // What X says around a message does not decide whether it is one.
  const complete: InboundMessage = { ...message, ...shown };
  if (!shown.notice) delete complete.notice;
  return { ...row, message: complete };
}

/** @returns false when there is nothing new in it for an agent */
async function claim(
  opened: Exclude<Opened, { kind: 'nothing' }>,
  { row, closed, ports }: Opening,
): Promise<boolean> {
  const { chat, log } = ports;
  const { account, messageId, reopens } = row.message;
  const isUnread = opened.kind === 'notice' && opened.unread === true;
  // It was told when it came, perhaps for another reason.
  if (isUnread && reopens !== undefined) return false;
  const id = opened.kind === 'failure' ? `failure:${opened.id}` : opened.id;
  if (!(await chat.claim(writerOf(row, closed), id, row.seq, closed.sequence))) {
    log.info('encrypted message came twice, handed over once', { messageId });
    if (reopens !== undefined) await chat.noteRead(reopens);
    return false;
  }
  if (isUnread) await chat.noteUnread(account, closed.conversationId, row.seq);
  return true;
}

type Shown = Pick<InboundMessage, 'text' | 'media'> &
  Partial<Pick<InboundMessage, 'notice' | 'remarks' | 'ttlMs'>>;

async function shownOf(
  opened: Exclude<Opened, { kind: 'nothing' }>,
  opening: Opening,
): Promise<Shown | undefined> {
  const { row, closed, account, ports } = opening;
  if (opened.kind === 'members') {
    const isOwn = (id: string) => id === account.userId();
    const known = new Map<string, XUser | undefined>();
    for (const id of opened.userIds) known.set(id, await ports.contacts.byId(account.name, id));
    return notice(membersWords(opened, isOwn, (id) => known.get(id)));
  }
  if (closed.own) return ownShown(opened, opening);
  switch (opened.kind) {
    case 'message':
      return messageShown(opened, opening);
    case 'edit': {
      const target = await targetOf(opened.sequence, opening);
      // X may show only how it reads now, and a customer's first words must not come as a notice.
      if (!target) return { text: opened.text, media: [], remarks: [systemNotice(editedBefore())] };
      // Nobody can change what somebody else wrote.
      return target.author === 'sender' ? notice(editWords(opened, target)) : undefined;
    }
    case 'reaction':
      return notice(reactionWords(opened, await targetOf(opened.sequence, opening)));
    case 'deletion': {
      const targets: (Target | undefined)[] = [];
      for (const id of opened.deleted) targets.push(await targetOf(id, opening, false));
      for (const id of opened.deleted) await eraseDeleted(id, opened.byAdmin, row, ports);
      const isTheirs = (target: Target | undefined) => !target || target.author === 'sender';
      const deleted = opened.byAdmin ? targets : targets.filter(isTheirs);
      return deleted.length === 0 ? undefined : notice(deletionWords(deleted, opened.byAdmin));
    }
    case 'failure':
      // It is the account's own message that fails.
      return undefined;
    case 'notice':
      return notice(opened.words);
  }
}

async function messageShown(
  { text, media, remarks, ttlMs }: Extract<Opened, { kind: 'message' }>,
  { row, ports: { chat } }: Opening,
): Promise<Shown> {
  const { account, sentAt, reopens } = row.message;
  const isDue = async ({ once }: Remark) =>
    once === undefined || (await chat.claimRemark(account, once, row.seq));
  const words: string[] = [];
  for (const remark of remarks) if (await isDue(remark)) words.push(remark.words);
  if (reopens !== undefined) words.unshift(lateWords(sentAt));
  return {
    text,
    media,
    ...(words.length > 0 ? { remarks: words.map(systemNotice) } : {}),
    ...(ttlMs === undefined ? {} : { ttlMs }),
  };
}

/** What the account's own user did elsewhere, and X's word of what became of our replies. */
async function ownShown(
  opened: Exclude<Opened, { kind: 'nothing' }>,
  opening: Opening,
): Promise<Shown | undefined> {
  const { row, account, ports } = opening;
  if (opened.kind === 'failure') return failureShown(opened, opening);
  if (opened.kind !== 'message' || (await isFromHere(account.name, opened.id, ports))) return undefined;
  const { conversation, sentAt, reopens } = row.message;
  if (reopens === undefined) {
    const withAgents = "a colleague wrote in X's app";
    await ports.conversations.noteAgent(account.name, conversation, ports.clock.now());
    await ports.conversations.noteAnswered(account.name, conversation, ports.clock.now());
    await ports.conversations.save(account.name, conversation, { withAgents });
  }
  const words = colleagueWords(opened.text, reopens === undefined ? undefined : sentAt);
  const { media, ttlMs } = opened;
  return { ...notice(words), media, ...(ttlMs === undefined ? {} : { ttlMs }) };
}

async function failureShown(
  failure: Extract<Opened, { kind: 'failure' }>,
  { account, ports: { chat, outbox } }: Opening,
): Promise<Shown | undefined> {
  const seq = (await chat.sent(account.name, failure.id))?.outboxSeq;
  const reply = seq === undefined ? undefined : await outbox.get(seq);
  if (!reply) return notice(failureWords(failure, { reply, isPart: false, isJoined: false }));
  await outbox.noteOutcome(reply.seq, phrase('replyFailed.outcome', { why: failure.why }));
  // Of a greeting or reminder that does not arrive the log and the panel tell.
  if (!concernsAgent(reply.message)) return undefined;
  const isJoined = (await outbox.sentWith(reply.seq)).length > 0;
  // The rest of it may be on its way still.
  const isPart = reply.sentIds.length > 1 || (reply.state !== 'delivered' && reply.sentIds.length > 0);
  return notice(failureWords(failure, { reply, isPart, isJoined }));
}

function notice(words: string): Shown {
  return { text: systemNotice(words), media: [], notice: {} };
}

/**
 * The message of this conversation with a number of X, as far as it is known here.
 * @param withWords whether its words are opened once more
 */
async function targetOf(
  sequence: string,
  { row, closed, account, ports }: Opening,
  withWords = true,
): Promise<Target | undefined> {
  const { chat, inbox, outbox } = ports;
  const { conversation, sender } = row.message;
  const ours = await chat.sent(account.name, sequence);
  if (ours) {
    const reply =
      ours.conversationId === closed.conversationId ? await outbox.get(ours.outboxSeq) : undefined;
    return reply && { author: reply.message.automatic ? 'plugin' : 'agent', at: reply.createdAt };
  }
  const seqs = await chat.rowsOf(writerOf(row, closed), sequence);
  const rows = await Promise.all(seqs.map((seq) => inbox.get(seq)));
  const message = rows.find((each) => each?.message.conversation === conversation)?.message;
  if (!message) return undefined;
  const author = message.closed?.own ? 'colleague' : message.sender.id === sender.id ? 'sender' : 'member';
  const original = withWords && author === 'sender' ? message.closed : undefined;
  const text = original && (await account.chat.wordsOf(original, sender.id));
  return { author, at: message.sentAt, text };
}

function writerOf(
  { message: { account, conversation, sender } }: StoredInbound,
  closed: ClosedMessage,
): ChatWriter {
  return { account, conversation, senderId: closed.own ? 'own' : sender.id };
}

/** A message that was deleted is not kept here either. Its sender may do that, and an admin of a group. */
async function eraseDeleted(
  id: string,
  byAdmin: boolean,
  deletion: StoredInbound,
  { chat, inbox, eraser }: DecryptPorts,
): Promise<void> {
  const { message } = deletion;
  const { account, conversation, sender } = message;
  for (const seq of await chat.rowsOf({ account, conversation, senderId: sender.id }, id)) {
    const row = await inbox.get(seq);
    const isTheirs = byAdmin || row?.message.sender.id === sender.id;
    const isDone = row?.state === 'delivered' || row?.state === 'failed';
    if (isDone && isTheirs && row.message.conversation === conversation) await eraser.erase(seq);
  }
}

/** An agent of an encrypted group has a message: what is answered from now on may be meant for it. */
export async function noteShown(
  { seq, message }: StoredInbound,
  chat: Tables['chat'],
  now: number,
): Promise<void> {
  const { account, conversation, notice: isNotice, reopens } = message;
  const group = groupOf(conversation);
  if (group !== undefined && isEncryptedGroup(group) && !isNotice && reopens === undefined)
    await chat.noteLast(account, group, seq, now);
}
