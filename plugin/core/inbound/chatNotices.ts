import type { Opened } from '../chat';
import type { StoredOutbound, XUser } from '../messages';
import { minuteOf } from '../isoTime';
import { customersWords } from '../systemNotice';

/** What agents read of what happens in an encrypted conversation beside messages. Others' words in them are marked as such. */

const longestQuote = 200;

/** A message that something was done to, as far as it is known here. */
export interface Target {
  author: 'sender' | 'member' | 'colleague' | 'agent' | 'plugin';
  /** Milliseconds since 1970. */
  at: number;
  /** Its words, where they can still be had. */
  text?: string | undefined;
}

const authors: Record<Target['author'], string> = {
  sender: 'their message',
  member: "another member's message",
  colleague: "a colleague's message",
  agent: 'your reply',
  plugin: 'an automatic message',
};

function named(target: Target | undefined): string {
  if (!target) return 'a message';
  const { author, at, text = '' } = target;
  const words = customersWords(text).replaceAll(/\s+/g, ' ').trim();
  const quote = words.length > longestQuote ? `${words.slice(0, longestQuote)}…` : words;
  return `${authors[author]} of ${minuteOf(at)}${quote === '' ? '' : ` ("${quote}")`}`;
}

export function reactionWords(
  { emoji, removed }: Extract<Opened, { kind: 'reaction' }>,
  target: Target | undefined,
): string {
  const shown = customersWords(emoji);
  return removed
    ? `The customer took back a reaction (${shown}) to ${named(target)}.`
    : `The customer reacted to ${named(target)} with ${shown}.`;
}

export function editWords({ text }: Extract<Opened, { kind: 'edit' }>, target: Target): string {
  return `The customer changed ${named(target)}. It now reads:\n${customersWords(text)}`;
}

export function deletionWords(targets: (Target | undefined)[], byAdmin: boolean): string {
  const who = byAdmin ? 'An admin of the group' : 'The customer';
  const what = targets.length === 1 ? named(targets[0]) : `${targets.length} messages`;
  return `${who} deleted ${what} on X. Please do not quote what was deleted.`;
}

/** @param isOwn the account itself came or went */
export function membersWords(
  { joined, userIds }: Extract<Opened, { kind: 'members' }>,
  isOwn: (id: string) => boolean,
  userOf: (id: string) => XUser | undefined,
): string {
  if (userIds.some(isOwn))
    return joined
      ? 'This account was taken into this group.'
      : 'This account was removed from this group, and cannot answer in it any more.';
  const names = userIds.map((id) => {
    const username = userOf(id)?.username;
    return username === undefined ? `user ${id}` : `@${username}`;
  });
  const shown = names.length > 10 ? `${names.length} people` : names.join(', ');
  return joined
    ? `${shown} joined this group and will read what you answer from now on.`
    : `${shown} left this group.`;
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
  const kind = reply?.message.automatic ? 'an automatic message' : 'your reply';
  const which =
    reply === undefined
      ? "a message that a colleague sent in X's app"
      : `${isPart ? 'part of ' : ''}${kind} of ${minuteOf(reply.createdAt)}${isJoined ? ', and those that went out with it' : ''}`;
  return `X could not deliver ${which}: ${why}`;
}

export function colleagueWords(text: string, lateSince: number | undefined): string {
  const when = lateSince === undefined ? '' : ` at ${minuteOf(lateSince)}`;
  return `A colleague answered in X's app${when}:\n${text === '' ? '(without text)' : customersWords(text)}`;
}

export function lateWords(sentAt: number): string {
  return `The customer wrote this at ${minuteOf(sentAt)}. It could not be read until now.`;
}

export const editedBefore = 'The customer had changed this message before it came.';
