import { createHash } from 'node:crypto';
import { sortKeyOf } from '../../core/sortKey';
import { comparable } from '../../core/sameText';
import type { MessageState } from '../../core/messageState';
import type { InboundMessage, StoredInbound } from '../../core/messages';
import { queueNameOf } from '../../core/conversation';
import type { Conversations } from '../../core/conversations';
import type { Contacts, Inbox } from '../../core/ports';
import { textOf, type StoreFile } from './database';
import { waiting, waitingQueues } from './waitingQueues';

interface InboxParts {
  contacts: Contacts;
  conversations: Conversations;
  /** Whether XCALLY Motion may have a message that is new here, sent at that time (ms since 1970): the store may have lost it. */
  mayBeKnown: (sentAt: number) => boolean;
}

/** What writes nothing. */
export const inboxReads = [
  'nextIn',
  'get',
  'find',
  'knownMessages',
  'queueNames',
  'knownHostMessages',
  'handedOver',
] satisfies (keyof Inbox)[];

/** The inbox in SQLite: what customers wrote, on its way to the host. */
export function createInbox(
  store: StoreFile,
  { contacts, conversations, mayBeKnown }: InboxParts,
  now: () => number,
): Inbox {
  const insert = store.prepare(
    `INSERT INTO inbox (account, message_id, lane, message, place, received_at, doubtful)
     VALUES (?, ?, ?, ?, CAST(? AS INTEGER), ?, ?)
     ON CONFLICT (account, message_id) DO NOTHING`,
  );
  const keep = (message: InboundMessage) => {
    const queueName = queueNameOf(message.account, message.conversation);
    const { account, messageId, conversation, sender, thread, closed, sentAt } = message;
    const isNew =
      insert.run(
        account,
        messageId,
        queueName,
        JSON.stringify(message),
        sortKeyOf(message),
        now(),
        Number(mayBeKnown(sentAt)),
      ) > 0;
    if (isNew && !message.notice) {
      contacts.see(account, sender, now());
      if (thread === undefined) {
        contacts.noteWay(account, sender.id, closed !== undefined, sentAt);
        conversations.noteCustomer(account, conversation, now());
      }
    }
    return isNew;
  };
  return {
    keep: (messages) => messages.map(keep),
    ...readQueries(store),
    ...progressQueries(store, now),
    ...withholding(store),
    ...routingQueries(store, now),
    ...handedOverQueries(store),
  };
}

type Reading = 'nextIn' | 'get' | 'find' | 'queueNames' | 'knownMessages' | 'knownHostMessages';

function readQueries(store: StoreFile): Pick<Inbox, Reading> {
  const next = store.prepare(`SELECT * FROM inbox WHERE lane = ? AND ${waiting} ORDER BY place, seq LIMIT 1`);
  const bySeq = store.prepare(`SELECT * FROM inbox WHERE seq = ?`);
  const one = store.prepare(`SELECT * FROM inbox WHERE account = ? AND message_id = ?`);
  const kept = store.prepare(
    `SELECT message_id FROM inbox WHERE account = ? AND message_id IN (SELECT value FROM json_each(?))`,
  );
  const known = store.prepare(
    `SELECT host_message_id FROM host_messages
     WHERE account = ? AND host_message_id IN (SELECT value FROM json_each(?))`,
  );
  return {
    nextIn: (queueName) => {
      const row = next.get(queueName);
      return row && storedInbound(row);
    },
    get: (seq) => {
      const row = bySeq.get(seq);
      return row && storedInbound(row);
    },
    find: (account, messageId) => {
      const row = one.get(account, messageId);
      return row && storedInbound(row);
    },
    knownMessages: (account, ids) =>
      new Set(kept.all(account, JSON.stringify(ids)).map((row) => textOf(row, 'message_id'))),
    queueNames: waitingQueues(store, 'inbox'),
    knownHostMessages: (account, ids) =>
      new Set(known.all(account, JSON.stringify(ids)).map((row) => textOf(row, 'host_message_id'))),
  };
}

function withholding(store: StoreFile): Pick<Inbox, 'withhold'> {
  const withhold = store.prepare(
    `UPDATE inbox SET message = json_set(json_remove(message, '$.closed'), '$.text', ?1, '$.media', json('[]')),
       attachments = '[]',
       withheld = 1
     WHERE seq = ?2 AND state = 'received' AND notified = 0`,
  );
  return { withhold: (seq, text) => withhold.run(text, seq) > 0 };
}

type Routing = 'markFiltered' | 'markReceived' | 'markNothing';

function routingQueries(store: StoreFile, now: () => number): Pick<Inbox, Routing> {
  const filter = store.prepare(
    `UPDATE inbox SET state = 'failed', filtered = ? WHERE seq = ? AND ${waiting}`,
  );
  const toAgents = store.prepare(`UPDATE inbox SET received_by = 'agents' WHERE seq = ? AND ${waiting}`);
  const toBot = store.prepare(
    `UPDATE inbox SET received_by = 'bot', state = 'delivered', reason = 'answered by the bot', delivered_at = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const nothing = store.prepare(
    `UPDATE inbox SET received_by = 'nobody', state = 'delivered', delivered_at = ? WHERE seq = ? AND ${waiting}`,
  );
  return {
    markNothing: (seq) => void nothing.run(now(), seq),
    markFiltered: (seq, reason) => void filter.run(reason, seq),
    markReceived: (seq, by) => (by === 'bot' ? toBot.run(now(), seq) : toAgents.run(seq)) > 0,
  };
}

type WithoutId = 'noteHandedOver' | 'handedOver';

/** A lost answer is looked into within a day, if ever. Milliseconds. */
const handedOverLifeMs = 2 * 24 * 60 * 60_000;

/** What a host took that tells no ids. Only a digest is kept of it. */
function handedOverQueries(store: StoreFile): Pick<Inbox, WithoutId> {
  const note = store.prepare(`INSERT INTO handed_over (lane, body_hash, at) VALUES (?, ?, ?)`);
  const prune = store.prepare(`DELETE FROM handed_over WHERE at < ?`);
  const count = store.prepare(
    `SELECT count(*) AS n FROM handed_over WHERE lane = ? AND body_hash = ? AND at >= ?`,
  );
  const digest = (body: string) => createHash('sha256').update(comparable(body)).digest('base64');
  return {
    noteHandedOver: (queueName, body, at) => {
      note.run(queueName, digest(body), at);
      prune.run(at - handedOverLifeMs);
    },
    handedOver: (queueName, body, since) => Number(count.get(queueName, digest(body), since)?.['n'] ?? 0),
  };
}

function progressQueries(
  store: StoreFile,
  now: () => number,
): Omit<Inbox, 'keep' | 'withhold' | Reading | Routing | WithoutId> {
  // An admin may set a message aside, or erase it, while something is under way for it.
  const attachments = store.prepare(`UPDATE inbox SET attachments = ? WHERE seq = ? AND erased = 0`);
  const delivering = store.prepare(
    `UPDATE inbox SET state = 'delivering', notifying_since = ?
     WHERE seq = ? AND withheld = ? AND ${waiting} AND erased = 0`,
  );
  const notified = store.prepare(
    `UPDATE inbox SET notified = notified + 1, notifying_since = NULL,
       reason = CASE WHEN ?1 = 'delivered' OR ${waiting} THEN NULL ELSE reason END,
       delivered_at = CASE ?1 WHEN 'delivered' THEN ?2 END,
       state = CASE WHEN ?1 = 'delivered' OR ${waiting} THEN ?1 ELSE state END
     WHERE seq = ?3`,
  );
  const hostMessage = store.prepare(
    `INSERT INTO host_messages (account, host_message_id, at) SELECT account, ?, ? FROM inbox WHERE seq = ?
     ON CONFLICT DO NOTHING`,
  );
  const postpone = store.prepare(
    `UPDATE inbox SET state = 'received', attempts = attempts + 1, due_at = ?, reason = ?
     WHERE seq = ? AND ${waiting}`,
  );
  const clear = store.prepare(`UPDATE inbox SET notifying_since = NULL WHERE seq = ?`);
  const fail = store.prepare(`UPDATE inbox SET state = 'failed', reason = ? WHERE seq = ? AND ${waiting}`);
  const release = store.prepare(
    `UPDATE inbox SET due_at = ?1
     WHERE ${waiting} AND due_at > 0 AND due_at > ?1
       AND (?2 IS NULL OR account = ?2)`,
  );
  return {
    saveAttachments: (seq, ids) => void attachments.run(JSON.stringify(ids), seq),
    markDelivering: (seq, at, withheld) => delivering.run(at, seq, Number(withheld)) > 0,
    saveNotified: (seq, hostMessageId, last) =>
      store.transaction(() => {
        notified.run(last ? 'delivered' : 'received', now(), seq);
        if (hostMessageId !== undefined) hostMessage.run(hostMessageId, now(), seq);
      }),
    clearDelivering: (seq) => void clear.run(seq),
    postpone: (seq, dueAt, reason) => void postpone.run(dueAt, reason, seq),
    markFailed: (seq, reason) => void fail.run(reason, seq),
    release: (account, at) => void release.run(at, account ?? null),
  };
}

function storedInbound(row: Record<string, unknown>): StoredInbound {
  return {
    seq: Number(row['seq']),
    message: JSON.parse(textOf(row, 'message')) as InboundMessage,
    state: row['state'] as MessageState,
    attempts: Number(row['attempts']),
    dueAt: Number(row['due_at']),
    attachments: JSON.parse(textOf(row, 'attachments')) as (string | null)[],
    notified: Number(row['notified']),
    notifyingSince: row['notifying_since'] === null ? undefined : Number(row['notifying_since']),
    doubtful: row['doubtful'] === 1,
    withheld: row['withheld'] === 1,
    filtered: optionalText(row['filtered']),
    receivedBy: optionalText(row['received_by']) as StoredInbound['receivedBy'],
  };
}

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);
