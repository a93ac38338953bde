/** What the next page is to say of what was done on the one before. */
let news: string | undefined;

export function tell(words: string): void {
  news = words;
}

/** Said once. */
export function takeNews(): string | undefined {
  const words = news;
  news = undefined;
  return words;
}
