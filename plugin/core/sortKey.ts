import type { InboundMessage } from './messages';

/** The beginning of X's ids, in milliseconds since 1970, and the bits below their time (X docs: X IDs). */
const idEpoch = 1_288_834_974_657n;
const bitsBelow = 22n;

/**
 * The id that X would have given so much earlier, but not before a time.
 * @param notBefore milliseconds since 1970
 * @returns an integer in digits, never larger than `id`
 */
export function idBefore(id: string, ms: number, notBefore: number): string {
  const earlier = BigInt(id) - (BigInt(ms) << bitsBelow);
  const least = (BigInt(Math.round(notBefore)) - idEpoch) << bitsBelow;
  const bounded = earlier > least ? earlier : least;
  return (bounded < BigInt(id) ? bounded : BigInt(id)).toString();
}

/**
 * A message's place among those of its conversation: X's own id, which grows with time and is the same whatever
 * way a message comes, while the times X tells are cut to seconds in some of them. Words of our own take the
 * place that an id of their time would have.
 * @returns an integer in digits; too large for a double
 */
export function sortKeyOf({
  messageId,
  sentAt,
  closed,
}: Pick<InboundMessage, 'messageId' | 'sentAt' | 'closed'>): string {
  if (/^\d{15,19}$/.test(messageId)) return messageId;
  const since = BigInt(Math.round(sentAt)) - idEpoch;
  // What came in the same millisecond goes by X's number.
  const number = BigInt.asUintN(Number(bitsBelow), BigInt(closed?.sequence ?? 0));
  return (((since > 0n ? since : 0n) << bitsBelow) + number).toString();
}
