/** More pages than this are no end that X will come to. */
const maxPages = 1_000;

/** Leads from page to page. A token that comes again, or one too many, ends the reading, which would never end else. */
export class PageTokens {
  private readonly seen = new Set<string>();

  /** @param token what X names as the next page. @returns it, or undefined where reading ends */
  next(token: string | null | undefined): string | undefined {
    if (typeof token !== 'string' || this.seen.has(token) || this.seen.size >= maxPages) return undefined;
    this.seen.add(token);
    return token;
  }
}
