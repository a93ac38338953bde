import type { Opened } from '../chat';
import type { StoredOutbound, XUser } from '../messages';
import { minuteOf } from '../isoTime';
import { customersWords } from '../systemNotice';
import { phrase, say, type Text } from '../../texts/text';

/** What agents read of what happens in an encrypted conversation beside messages. Others' words in them are marked as such. */

const maxQuoteLength = 200;

/** A message that something was done to, as far as it is known here. */
export interface Target {
  author: 'sender' | 'member' | 'colleague' | 'agent' | 'plugin';
  /** Milliseconds since 1970. */
  at: number;
  /** Its words, where they can still be had. */
  text?: string | undefined;
}

function named(target: Target | undefined): Text {
  if (!target) return say('message.aMessage');
  const { author, at, text = '' } = target;
  const words = customersWords(text).replaceAll(/\s+/g, ' ').trim();
  const quote = words.length > maxQuoteLength ? `${words.slice(0, maxQuoteLength)}…` : words;
  const values = { author: say(`message.author.${author}`), time: minuteOf(at) };
  return quote === '' ? say('message.of', values) : say('message.ofWithWords', { ...values, words: quote });
}

export function reactionWords(
  { emoji, removed }: Extract<Opened, { kind: 'reaction' }>,
  target: Target | undefined,
): string {
  const shown = customersWords(emoji);
  return removed
    ? phrase('message.reactionRemoved', { reaction: shown, message: named(target) })
    : phrase('message.reaction', { message: named(target), reaction: shown });
}

export function editWords({ text }: Extract<Opened, { kind: 'edit' }>, target: Target): string {
  return phrase('message.edited', { message: named(target), words: customersWords(text) });
}

export function deletionWords(targets: (Target | undefined)[], byAdmin: boolean): string {
  const message =
    targets.length === 1 ? named(targets[0]) : say('message.several', { count: targets.length });
  return phrase(byAdmin ? 'message.deletedByAdmin' : 'message.deleted', { message });
}

/** @param isOwn the account itself came or went */
export function membersWords(
  { joined, userIds }: Extract<Opened, { kind: 'members' }>,
  isOwn: (id: string) => boolean,
  userOf: (id: string) => XUser | undefined,
): string {
  if (userIds.some(isOwn)) return joined ? phrase('message.groupJoined') : phrase('message.groupLeft');
  const names = userIds.map((id) => {
    const username = userOf(id)?.username;
    return username === undefined ? phrase('message.user', { id }) : `@${username}`;
  });
  const shown = names.length > 10 ? phrase('message.people', { count: names.length }) : names.join(', ');
  return joined
    ? phrase('message.memberJoined', { members: shown })
    : phrase('message.memberLeft', { members: shown });
}

/** A message of the account that X had taken and then failed. */
export interface FailedMessage {
  /** Undefined for a message that did not come from here. */
  reply: StoredOutbound | undefined;
  /** The reply became several messages. */
  isPart: boolean;
  /** Other replies went out in the same message. */
  isJoined: boolean;
}

export function failureWords(
  { why }: Extract<Opened, { kind: 'failure' }>,
  { reply, isPart, isJoined }: FailedMessage,
): string {
  if (!reply) return phrase('message.replyFailed', { reply: say('message.failed.colleague'), why });
  const what = say(reply.message.automatic ? 'message.failed.automatic' : 'message.failed.reply');
  const time = minuteOf(reply.createdAt);
  const one = say(isPart ? 'message.failed.partOf' : 'message.failed.of', { what, time });
  return phrase('message.replyFailed', {
    reply: isJoined ? say('message.failed.joined', { reply: one }) : one,
    why,
  });
}

export function colleagueWords(text: string, lateSince: number | undefined): string {
  const words = text === '' ? say('message.emptyText') : customersWords(text);
  return lateSince === undefined
    ? phrase('message.byColleague', { words })
    : phrase('message.byColleagueAt', { words, time: minuteOf(lateSince) });
}

export function lateWords(sentAt: number): string {
  return phrase('message.readLate', { time: minuteOf(sentAt) });
}

export const editedBefore = () => phrase('message.editedBefore');
