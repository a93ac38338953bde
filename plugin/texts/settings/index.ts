import { de } from './de';
import { es } from './es';
import { fr } from './fr';
import { it } from './it';
import { pt } from './pt';
import type { Language } from '../languages';
import type { SettingTexts } from './settingTexts';

/** Every language's words for the settings but English, which stands beside each setting. */
export const settingTexts: Partial<Record<Language, SettingTexts>> = { it, es, pt, fr, de };

/** What is wrong with a setting, in a language: as it was said where nobody has translated it. */
export function faultIn(language: Language, words: string): string {
  const faults = settingTexts[language]?.faults ?? {};
  const whole = faults[words];
  if (whole !== undefined) return whole;
  // `must be at least 5` is translated as `must be at least {n}`.
  const [number] = /\d+/.exec(words) ?? [];
  const pattern = number === undefined ? undefined : faults[words.replace(number, '{n}')];
  return number === undefined || pattern === undefined ? words : pattern.replace('{n}', number);
}
