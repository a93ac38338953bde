import type { ChatPorts } from './chatPorts';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ClosedMessage, Opened, Remark } from '../../core/chat';
import { BoundedMap } from '../../core/boundedMap';
import type { Clock } from '../../core/clock';
import { isEncryptedGroup } from '../../core/conversation';
import { BridgeError, reasonOf } from '../../core/errors';
import { isRecord } from '../../core/isRecord';
import { readContent, type Content } from './content';
import type { KeyChanges } from './keyChanges';
import { isOneOfTwo, type Members } from './members';
import { readWrapper } from './messageEvent';
import type { OpenAnswer, OpenFault } from './protocol';
import type { PublicKeys } from './publicKeys';
import { phrase, type TextKey } from '../../texts/text';

export interface OpenOptions extends Omit<ChatPorts, 'client' | 'clock'> {
  publicKeys: PublicKeys;
  changes: KeyChanges;
  members: Members;
  /** Remembers which keys X's history was searched for in vain. */
  missing: MissingKeys;
  /** Hears why X does not show keys. */
  onRefused: (reason: string) => void;
  /** X has newer keys for the account than the ones here. */
  keysAreStale: () => boolean;
}

/** Why a message is not shown: what the library says, or how the account stands with X. */
type Reason = OpenFault | 'stale' | 'refused' | 'no-keys' | 'locked';

/** What can be read once a key comes, or X tells it. */
const readableLater: Reason[] = ['no-key', 'stale', 'refused', 'no-keys', 'locked'];

/** What the agent reads, by what was wrong. */
const faults = {
  'no-keys': 'unread.noKeysHere',
  locked: 'unread.keysLocked',
  stale: 'unread.newerKeys',
  malformed: 'unread.damaged',
  unverified: 'unread.unverified',
  refused: 'unread.keysNotShown',
  'no-key': 'unread.noKey',
} as const satisfies Record<Reason, TextKey>;

/** What was in an event: for an agent, or X's word that a message of the account failed. */
export type FromEvent = Exclude<Opened, { kind: 'failure' }> | Extract<Content, { kind: 'failure' }>;

/**
 * Opens a message of X Chat: changes of the key first, then the message. What is missing is asked of X once; what
 * cannot be read or verified then becomes a notice, never a message.
 * @throws BridgeError when X has to be asked and cannot be
 */
export async function openMessage(
  closed: ClosedMessage,
  senderId: string,
  options: OpenOptions,
): Promise<FromEvent> {
  try {
    return await openOrTell(closed, senderId, options);
  } catch (error) {
    // Asking again would be refused again, and the customer must not go unnoticed.
    if (!(error instanceof BridgeError) || error.retryable) throw error;
    const { messageId, kind } = readWrapper(closed.event);
    const { conversationId } = closed;
    options.log.error('X does not show the keys that an encrypted message needs', {
      messageId,
      conversationId,
      reason: error.message,
    });
    options.onRefused(error.message);
    // A change of the key is found in the history when a message needs it.
    return kind === 'message' ? unreadable('refused', closed.event) : { kind: 'nothing' };
  }
}

async function openOrTell(closed: ClosedMessage, senderId: string, options: OpenOptions): Promise<FromEvent> {
  const { changes } = options;
  const { event, keyChanges, conversationId } = closed;
  await changes.learn(conversationId, keyChanges);
  const { kind } = readWrapper(event);
  if (kind === 'keyChange') {
    await changes.learn(conversationId, [event]);
    return { kind: 'nothing' };
  }
  const answer = await openWithHelp(closed, senderId, options);
  if ('fault' in answer) {
    if (kind === 'message') return unreadable(whyOf(answer.fault, options), event);
    // A change of a group, or X's word that a reply failed; what cannot be read of a sign of presence is no loss.
    if (kind !== 'other')
      options.log.warn('an event of an encrypted conversation cannot be read and was left out', {
        conversationId,
        kind,
        reason: answer.fault,
      });
    return { kind: 'nothing' };
  }
  const content = readContent(answer.event);
  if (content.kind === 'damaged') return unreadable('malformed', event);
  if (content.kind === 'failure') return content;
  // What X says around the message must be what was signed.
  const isGenuine =
    content.verified && content.senderId === senderId && content.conversationId === conversationId;
  if (!isGenuine || !(isEncryptedGroup(conversationId) || isOneOfTwo(senderId, conversationId)))
    return kind === 'groupChange' ? { kind: 'nothing' } : unreadable('unverified', event);
  return completed(content.opened, closed, senderId, content.keyVersion, options);
}

/** What an agent should know beside it, and what only X knows of who may do what. */
async function completed(
  opened: FromEvent,
  { conversationId }: ClosedMessage,
  senderId: string,
  keyVersion: string | undefined,
  { publicKeys, members, changes, log }: OpenOptions,
): Promise<FromEvent> {
  if (keyVersion !== undefined && isEncryptedGroup(conversationId))
    await changes.noteUsed(conversationId, senderId, keyVersion).catch((error: unknown) => {
      // The message must not wait for it.
      if (!(error instanceof BridgeError)) throw error;
      log.info('X does not tell who is in an encrypted group: its key is not used for replies yet', {
        conversationId,
        reason: reasonOf(error),
      });
    });
  if (opened.kind === 'members') members.forget(conversationId);
  if (opened.kind === 'deletion')
    return { ...opened, byAdmin: await members.isAdmin(senderId, conversationId) };
  if (opened.kind !== 'message') return opened;
  return { ...opened, remarks: await remarksOn(opened, conversationId, senderId, publicKeys) };
}

const minute = 60_000;
const day = 24 * 60 * minute;

function lifeOf(ms: number): string {
  const [count, unit] = ms < 2 * day ? [Math.ceil(ms / minute), 'minute'] : [Math.ceil(ms / day), 'day'];
  return count === 1 ? `1 ${unit}` : `${count} ${unit}s`;
}

async function remarksOn(
  { ttlMs }: Extract<Opened, { kind: 'message' }>,
  conversationId: string,
  senderId: string,
  publicKeys: PublicKeys,
): Promise<Remark[]> {
  const remarks: Remark[] = [];
  const replaced = await publicKeys.replaced(senderId);
  if (replaced !== undefined)
    remarks.push({
      once: { about: senderId, id: `keys-${replaced}-${conversationId}` },
      words: phrase('message.keysChanged'),
    });
  if (ttlMs !== undefined)
    remarks.push({
      words: phrase('message.disappears', { time: lifeOf(ttlMs) }),
    });
  return remarks;
}

/** A key that was looked for in vain is looked for again after so long. Milliseconds. */
const missingLifeMs = 10 * 60_000;

/** The sender chooses the version, so that many of them must not cost as many searches: so many in that time. */
const maxSearches = 3;

/** Which keys X's history was searched for in vain, so that each message under one does not read all of it again. */
export class MissingKeys {
  private readonly searches = new BoundedMap<string, { version: string; at: number }[]>(10_000);

  constructor(private readonly clock: Clock) {}

  /** @param reason what the library says, with the version in it */
  isKnown(conversationId: string, reason: string): boolean {
    const recent = this.recent(conversationId);
    return recent.length >= maxSearches || recent.some(({ version }) => version === versionIn(reason));
  }

  note(conversationId: string, reason: string): void {
    const search = { version: versionIn(reason), at: this.clock.now() };
    this.searches.set(conversationId, [...this.recent(conversationId), search]);
  }

  private recent(conversationId: string) {
    const since = this.clock.now() - missingLifeMs;
    return (this.searches.get(conversationId) ?? []).filter(({ at }) => at > since);
  }
}

function versionIn(reason: string): string {
  return /key version '(\d+)'/.exec(reason)?.[1] ?? '';
}

async function openWithHelp(
  { event, conversationId }: ClosedMessage,
  senderId: string,
  { account, workers, store, publicKeys, changes, missing }: OpenOptions,
): Promise<OpenAnswer> {
  const at = readWrapper(event).createdAt;
  /** The keys of whoever is quoted, where that is somebody else. */
  let quoted: Awaited<ReturnType<PublicKeys['signersOf']>> = [];
  const open = async () => {
    const keys = await store.keys(account, conversationId);
    const signers = [...(await publicKeys.signersOf(senderId, at)), ...quoted];
    return workers.call('open', { account, event, keys, signers }, conversationId);
  };
  const isMissing = (answer: OpenAnswer, fault: OpenFault) => 'fault' in answer && answer.fault === fault;
  let answer = await open();
  const author = quotedAuthor(answer);
  if (author !== undefined && (isEncryptedGroup(conversationId) || isOneOfTwo(author, conversationId))) {
    // The message itself is open: whom it quotes must not hold it up.
    quoted = await publicKeys.signersOf(author).catch(noneFromX);
    answer = quoted.length > 0 ? await open() : unproven(answer);
  }
  if (isMissing(answer, 'unverified') && (await publicKeys.refresh(senderId))) answer = await open();
  const reason = 'fault' in answer && answer.fault === 'no-key' ? answer.reason : undefined;
  if (reason === undefined || missing.isKnown(conversationId, reason)) return answer;
  const found = await changes.learnFromHistory(conversationId, async (_page, foundNew) => {
    if (foundNew) answer = await open();
    return !isMissing(answer, 'no-key');
  });
  if (found !== 'enough') missing.note(conversationId, reason);
  return answer;
}

const quoting = z.object({
  senderId: z.string(),
  replyPreviewValidation: z.literal('invalid'),
  content: z.object({ replying_to_preview: z.object({ senderId: z.string().regex(/^\d{1,20}$/) }) }),
});

/**
 * Whose words a message quotes, where they could not be verified with its sender's keys: the account's own, mostly, or another
 * member's (X docs: xchat-xdk, "encrypt and send helpers").
 */
function quotedAuthor(answer: OpenAnswer): string | undefined {
  const read = 'event' in answer ? quoting.safeParse(answer.event).data : undefined;
  const author = read?.content.replying_to_preview.senderId;
  return author === read?.senderId ? undefined : author;
}

function noneFromX(error: unknown): [] {
  if (!(error instanceof BridgeError)) throw error;
  return [];
}

/** X no longer serves the keys of somebody who has left: what they are quoted with is neither proven nor forged. */
function unproven(answer: OpenAnswer): OpenAnswer {
  if (!('event' in answer) || !isRecord(answer.event)) return answer;
  return { event: { ...answer.event, replyPreviewValidation: undefined } };
}

function whyOf(fault: OpenFault, { keysAreStale }: OpenOptions): Reason {
  return fault === 'no-key' && keysAreStale() ? 'stale' : fault;
}

/** One notice for each message, however often and in whatever wrapping it comes. */
export function unreadable(fault: Reason, event: string): Extract<Opened, { kind: 'notice' }> {
  const { messageId } = readWrapper(event);
  const name = messageId ?? createHash('sha256').update(event).digest('hex').slice(0, 32);
  return {
    kind: 'notice',
    id: `${fault}:${name}`,
    words: phrase(faults[fault]),
    ...(readableLater.includes(fault) ? { unread: true } : {}),
  };
}
