import { de } from '../texts/panel/de';
import { en, type Texts } from '../texts/panel/en';
import { es } from '../texts/panel/es';
import { fr } from '../texts/panel/fr';
import { it } from '../texts/panel/it';
import { pt } from '../texts/panel/pt';
import { languageOf, type Language } from '../texts/languages';
import { remember, remembered } from './address';

const languageKey = 'openchannel-x language';

/** The language that was chosen, else the browser's, else English. */
export const language: Language =
  languageOf(remembered(languageKey)) ?? languageOf(navigator.language) ?? 'en';

/** Dates and numbers as the browser has them, where it speaks the language. */
export const locale = languageOf(navigator.language) === language ? navigator.language : language;

const languages: Record<Language, Texts> = { en, it, es, pt, fr, de };

/** The panel's texts in that language. */
export const texts: Texts = languages[language];

/** Shows the panel in another language: it is loaded anew. */
export function chooseLanguage(chosen: string): void {
  remember(languageKey, chosen);
  window.location.reload();
}
