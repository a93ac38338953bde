import { en, type Texts } from '../texts/panel/en';

/** The languages there are. */
const languages: Record<string, Texts> = { en };

/** The texts in the browser's language, or in English. */
export const texts: Texts = languages[navigator.language.slice(0, 2)] ?? en;
