import { AsyncLocalStorage } from 'node:async_hooks';
import { createInstance } from 'i18next';
import { en } from './en';
import type { Language } from './languages';
import { sentences } from './sentences';

const speaking = new AsyncLocalStorage<Language>();

/** Has all that `work` begins, later on too, be said in a language. */
export function speakIn<T>(language: Language, work: () => T): T {
  // English needs no help, and following who does what has its cost.
  return language === spokenLanguage() ? work() : speaking.run(language, work);
}

/** The language of whoever reads what is said now. */
export function spokenLanguage(): Language {
  return speaking.getStore() ?? 'en';
}

/** `admin.tooManyAttempts` stands for its forms, such as `admin.tooManyAttempts_one`: `count` says which. */
type WithoutForm<K extends string> = K extends `${infer Key}_${'one' | 'other'}` ? Key : K;

type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string
    ? `${Prefix}${WithoutForm<K>}`
    : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];

type At<T, Path> = Path extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : Path extends keyof T
    ? T[Path]
    : `${Path & string}_other` extends keyof T
      ? T[`${Path & string}_other`] | '{count}'
      : never;

type Variables<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Variables<Rest> : never;

/** The key of a sentence, such as `reply.empty`. */
export type TextKey = Leaves<typeof en>;

type Value = string | number | Text;
type Values<K extends TextKey> = Record<Variables<At<typeof en, K>>, Value>;

/** A sentence for people: which one, and what is filled in. Which language it is read in is decided where it is shown. */
export class Text {
  constructor(
    readonly key: TextKey,
    readonly values: Readonly<Record<string, Value>>,
  ) {}

  in(language: Language): string {
    const filled = Object.entries(this.values).map(([name, value]) => [
      name,
      value instanceof Text ? value.in(language) : value,
    ]);
    return translator.t(this.key, {
      ...(Object.fromEntries(filled) as Record<string, string>),
      lng: language,
    });
  }

  /** In English, as the log has it. */
  toString(): string {
    return this.in('en');
  }
}

/** A sentence by its key. The compiler asks for each of its variables. */
export function say<K extends TextKey>(
  key: K,
  ...[values]: [Variables<At<typeof en, K>>] extends [never] ? [] : [Values<K>]
): Text {
  return new Text(key, values ?? {});
}

/** A sentence that comes from elsewhere, such as X, as it is. */
export function verbatim(words: string): Text {
  return say('verbatim', { words });
}

/** A sentence in the language of whoever reads it, where it is written down at once. */
export function phrase<K extends TextKey>(
  ...sentence: [Variables<At<typeof en, K>>] extends [never] ? [key: K] : [key: K, values: Values<K>]
): string {
  const [key, values] = sentence;
  return new Text(key, values ?? {}).in(spokenLanguage());
}

const translator = createInstance();
void translator.init({
  lng: 'en',
  fallbackLng: 'en',
  resources: Object.fromEntries(
    Object.entries(sentences).map(([language, translation]) => [language, { translation }]),
  ),
  interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
  initAsync: false,
});
