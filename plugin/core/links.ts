/** A shortened link in a text and the address it stands for. */
export interface LinkEntity {
  url: string;
  expanded: string;
}

/**
 * Shows links as the customer meant them: each t.co link becomes the address it stands for. Goes by the link
 * itself, not by the positions X gives, because those count differently from one API to the next.
 */
export function expandLinks(text: string, links: LinkEntity[]): string {
  const targets = new Map(links.map((link) => [link.url, link.expanded]));
  return text.replace(/https?:\/\/t\.co\/[A-Za-z0-9]+/g, (link) => targets.get(link) ?? link);
}

/** Takes the link to attached media out of a text: the attachment itself stands for it. */
export function removeLink(text: string, link: string): string {
  const at = link === '' ? -1 : text.lastIndexOf(link);
  if (at < 0) return text;
  return (text.slice(0, at).trimEnd() + text.slice(at + link.length)).trim();
}

/** Takes out NUL characters, at which the store would cut a text. */
export function withoutNul(text: string): string {
  return text.replaceAll('\0', '');
}
