import { parseTweet } from 'twitter-text';
import { phrase } from '../../texts/text';

export interface PostSettings {
  /** The address under which a customer writes to the account in private; undefined for none. */
  deepLink: string | undefined;
  /** The agent's name as the host tells it; undefined where initials are not wanted. */
  agentName: string | undefined;
  /** Weighted characters: 280, or more for Premium accounts. */
  longest: number;
}

export interface ComposedPost {
  /** What the agent wrote, with the initials where there was room for them. */
  text: string;
  /** The private address, where there was room for it. */
  deepLink: string | undefined;
  /** What there was no room for, in the agent's words. */
  dropped: string[];
}

/** X's own count of a post's characters: CJK and emoji count 2, a link 23 (X docs: counting characters). */
export function weightedLength(text: string): number {
  return parseTweet(text).weightedLength;
}

/**
 * Puts a public answer together. Where it gets too long, the link to private messages goes first, the initials
 * after it.
 * @returns how many weighted characters are too many when the text alone is too long
 */
export function composePost(text: string, settings: PostSettings): ComposedPost | { tooMany: number } {
  const { deepLink, longest } = settings;
  const tooMany = weightedLength(text) - longest;
  if (tooMany > 0) return { tooMany };
  const initials = settings.agentName === undefined ? '' : initialsOf(settings.agentName);
  const signed = initials === '' ? text : `${text} ${initials}`.trim();
  const fits = (candidate: string) => weightedLength(candidate) <= longest;
  if (deepLink !== undefined && fits(withLink(signed, deepLink)))
    return { text: signed, deepLink, dropped: [] };
  const dropped = deepLink === undefined ? [] : [phrase('reply.part.deepLink')];
  if (fits(signed)) return { text: signed, deepLink: undefined, dropped };
  return { text, deepLink: undefined, dropped: [...dropped, phrase('reply.part.initials')] };
}

/** The text with the private address under it, for where X does not take the address by itself. */
export function withLink(text: string, link: string): string {
  return text === '' ? link : `${text}\n${link}`;
}

/** `- A.L` for Ada Lovelace, `- A.` for Ada; empty where there is no name. */
export function initialsOf(name: string): string {
  const letters = name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .flatMap((part) => Array.from(part)[0]?.toLocaleUpperCase('en') ?? []);
  const [first, second] = letters;
  if (first === undefined) return '';
  return second === undefined ? `- ${first}.` : `- ${first}.${second}`;
}
