import { mayBeOnX } from './mayBeOnX';
import type { OutboundMessage, StoredOutbound } from '../messages';
import type { Outbox } from '../ports';

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
export function mergeQueuedReplies(
  row: StoredOutbound,
  mayJoin: boolean,
  longest: number,
  outbox: Outbox,
): StoredOutbound[] {
  const before = outbox.joinedTo(row.seq);
  if (before.length > 0 || !mayJoin || !row.waitedForWindow || !isPlain(row)) return before;
  const joined: StoredOutbound[] = [];
  for (const each of outbox.laterInQueue(row.seq)) {
    if (!isPlain(each) || lengthOf(joinedText([row, ...joined, each])) > longest) break;
    joined.push(each);
  }
  if (joined.length > 0)
    outbox.join(
      row.seq,
      joined.map(({ seq }) => seq),
    );
  return joined;
}

/** The answers as one text. */
export function joinedText(rows: StoredOutbound[]): string {
  return rows.map(({ message }) => message.text).join(between);
}

/** Only text, in private, of which X surely has nothing yet, that is joined with no other, and that will not be dropped. */
function isPlain(row: StoredOutbound): boolean {
  return isJoinable(row) && !mayBeOnX(row);
}

/**
 * The sets of replies that may have gone out in one message with this one, the largest first, where the store has forgotten
 * what it joined.
 */
export function* joinedOnceWith(row: StoredOutbound, outbox: Outbox): Iterable<StoredOutbound[]> {
  if (!row.doubt || !isJoinable(row) || outbox.joinedTo(row.seq).length > 0) return;
  const later = outbox.laterInQueue(row.seq);
  const end = later.findIndex((each) => !each.doubt || !isJoinable(each));
  for (let count = end < 0 ? later.length : end; count > 0; count -= 1) yield later.slice(0, count);
}

function isJoinable({ message, sentIds, joinedTo }: StoredOutbound): boolean {
  const { attachmentIds, publicReply } = message;
  const isAlone = sentIds.length === 0 && joinedTo === undefined;
  return isAlone && attachmentIds.length === 0 && !publicReply && !isReminder(message);
}

/** Words that are of use only as long as the customer says nothing. */
export function isReminder({ automatic }: OutboundMessage): boolean {
  return automatic === 'reminder' || automatic === 'closing';
}

const lengthOf = (text: string) => Array.from(text).length;
