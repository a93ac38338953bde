import { expandLinks, withoutNul, type LinkEntity } from '../../core/links';
import { phrase, say } from '../../texts/text';

/** A post's words and what came with them, in whatever shape X told it. */
export interface PostWords {
  id: string;
  username: string | undefined;
  text: string;
  links: LinkEntity[];
  quoted: OtherPost | undefined;
  /** The post it answers, where X told its words. */
  answered?: OtherPost | undefined;
}

/** A post beside the one that is read. */
export interface OtherPost {
  id: string;
  username: string | undefined;
  text: string;
  links: LinkEntity[];
}

/** So much of the post that is answered is shown. Characters. */
const maxAnswered = 200;

/**
 * A post as the agent reads it: its whole text with the links as they were meant, the text it quotes marked as
 * a quotation, what it replies to, and the post's own address.
 */
export function postText(post: PostWords): string {
  const { id, username, quoted, answered } = post;
  const link = `https://x.com/${username ?? 'i'}/status/${id}`;
  const words = plainText(
    post.text,
    post.links,
    (target) => isOfPost(target, id) || isOfPost(target, quoted?.id),
  );
  const beside = [...(quoted ? [quotation(quoted)] : []), ...(answered ? [context(answered)] : [])];
  return [words, ...beside, link].filter((part) => part !== '').join('\n');
}

function quotation({ id, username, text, links }: OtherPost): string {
  const words = plainText(text, links, (target) => isOfPost(target, id));
  const lines = words === '' ? [`https://x.com/i/status/${id}`] : words.split('\n');
  const who = username === undefined ? '' : `@${username}: `;
  return lines.map((line, index) => `> ${index === 0 ? who : ''}${line}`).join('\n');
}

/** What a reply is about, in one line. */
function context({ id, username, text, links }: OtherPost): string {
  const words = plainText(text, links, (target) => isOfPost(target, id)).replaceAll(/\s+/g, ' ');
  const shown =
    Array.from(words).length > maxAnswered ? `${Array.from(words).slice(0, maxAnswered).join('')}…` : words;
  return shown === ''
    ? ''
    : phrase('message.inReplyTo', {
        whom: username === undefined ? say('message.aPost') : `@${username}`,
        words: shown,
      });
}

function plainText(text: string, links: LinkEntity[], isShownOtherwise: (target: string) => boolean): string {
  const shown = links.map(({ url, expanded }) => ({
    url,
    expanded: isShownOtherwise(expanded) ? '' : expanded,
  }));
  return withoutNul(unescapePost(expandLinks(text, shown)))
    .replace(/[ \t]+$/gm, '')
    .trim();
}

/** Links to a post's own media, or to the post it quotes: the attachment and the quotation stand for them. */
function isOfPost(target: string, id: string | undefined): boolean {
  if (id === undefined) return false;
  const found = /^https?:\/\/(?:www\.|mobile\.)?(?:x|twitter)\.com\/[^/]+(?:\/web)?\/status\/(\d+)/.exec(
    target,
  );
  return found?.[1] === id;
}

/** X escapes these three characters in the texts of posts (X docs: counting characters). */
export function unescapePost(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
