import { expandLinks, withoutNul, type LinkEntity } from '../bridge/links';

/** A post's words and what came with them, in whatever shape X told it. */
export interface PostWords {
  id: string;
  username: string | undefined;
  text: string;
  links: LinkEntity[];
  quoted: { id: string; username: string | undefined; text: string; links: LinkEntity[] } | undefined;
}

/**
 * A post as the agent reads it: its whole text with the links as they were meant, the text it quotes marked as
 * a quotation, and the post's own address.
 */
export function postText(post: PostWords): string {
  const { id, username, quoted } = post;
  const link = `https://x.com/${username ?? 'i'}/status/${id}`;
  const words = plainText(
    post.text,
    post.links,
    (target) => isOfPost(target, id) || isOfPost(target, quoted?.id),
  );
  return [words, ...(quoted ? [quotation(quoted)] : []), link].filter((part) => part !== '').join('\n');
}

function quotation({ id, username, text, links }: NonNullable<PostWords['quoted']>): string {
  const words = plainText(text, links, (target) => isOfPost(target, id));
  const lines = words === '' ? [`https://x.com/i/status/${id}`] : words.split('\n');
  const who = username === undefined ? '' : `@${username}: `;
  return lines.map((line, index) => `> ${index === 0 ? who : ''}${line}`).join('\n');
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
