/** The languages of the panel and of what agents read, each by its own name. */
export const languageNames = {
  en: 'English',
  it: 'Italiano',
  es: 'Español',
  pt: 'Português',
  fr: 'Français',
  de: 'Deutsch',
} as const;

export type Language = keyof typeof languageNames;

/** The language that a tag such as `it-IT` names; undefined where there is none. */
export function languageOf(tag: unknown): Language | undefined {
  const language = typeof tag === 'string' ? tag.slice(0, 2).toLowerCase() : '';
  return Object.hasOwn(languageNames, language) ? (language as Language) : undefined;
}
