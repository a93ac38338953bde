import { mayBeOnX } from './mayBeOnX';
import type { OutboundMessage, StoredOutbound } from '../messages';
import type { Async, Outbox } from '../ports';

/** What stands between two answers in one message. */
const between = '\n\n';

/**
 * The answers that go out in one message with this one: texts to the same customer that wait for the same rate
 * limit window, as many as fit. Joining saves windows, and money; it is written down before the message goes
 * out, so that after a lost answer the same message is looked for.
 * @param mayJoin whether new ones may be joined; what was joined before stays so, for X may have it already
 * @param longest code points of one message
 * @returns none when the window was not the cause, or the answer has to go by itself
 */
export async function mergeQueuedReplies(
  row: StoredOutbound,
  mayJoin: boolean,
  longest: number,
  outbox: Async<Outbox>,
): Promise<StoredOutbound[]> {
  const before = await outbox.joinedTo(row.seq);
  if (before.length > 0 || !mayJoin || !row.waitedForWindow || !isPlain(row)) return before;
  const joined: StoredOutbound[] = [];
  for (const each of await outbox.laterInQueue(row.seq)) {
    if (!isPlain(each) || lengthOf(joinedText([row, ...joined, each])) > longest) break;
    joined.push(each);
  }
  const seqs = joined.map(({ seq }) => seq);
  if (seqs.length > 0) await outbox.join(row.seq, seqs);
  return joined;
}

/** The answers as one text. */
export function joinedText(rows: StoredOutbound[]): string {
  return rows.map(({ message }) => message.text).join(between);
}

/** Only text, in private, of which X certainly has nothing yet, that is joined with no other, and that will not be dropped. */
function isPlain(row: StoredOutbound): boolean {
  return isJoinable(row) && !mayBeOnX(row);
}

/** The replies that may be in one message with one in doubt, the oldest first; undefined where it goes by itself. */
export async function mayBeJoinedWith(
  row: StoredOutbound,
  outbox: Async<Outbox>,
): Promise<StoredOutbound[] | undefined> {
  const isAlone = { ...row, joinedTo: undefined };
  if (!row.doubt || !isJoinable(isAlone)) return undefined;
  const later = await outbox.laterInQueue(row.seq);
  return later.filter((each) => each.doubt && isJoinable({ ...each, joinedTo: undefined }));
}

function isJoinable({ message, sentIds, joinedTo }: StoredOutbound): boolean {
  const { attachmentIds, publicReply } = message;
  const isAlone = sentIds.length === 0 && joinedTo === undefined;
  return (
    isAlone && attachmentIds.length === 0 && !publicReply && !isReminder(message) && !isForWaiting(message)
  );
}

/** Words that are of use only as long as the customer says nothing. */
export function isReminder({ automatic }: OutboundMessage): boolean {
  return automatic === 'reminder' || automatic === 'closing';
}

/** Words that are of use only until an agent has written. */
export function isForWaiting({ automatic }: OutboundMessage): boolean {
  return automatic === 'queue' || automatic === 'unanswered';
}

const lengthOf = (text: string) => Array.from(text).length;
