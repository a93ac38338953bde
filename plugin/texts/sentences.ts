import { de } from './de';
import { en } from './en';
import { es } from './es';
import { fr } from './fr';
import { it } from './it';
import { pt } from './pt';
import type { Sentences } from './en';
import type { Language } from './languages';

/** Every language's sentences. */
export const sentences: Record<Language, Sentences> = { en, it, es, pt, fr, de };
