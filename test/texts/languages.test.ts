import { groups } from '../../plugin/settings/about';
import { catalogue } from '../../plugin/settings/catalogue';
import { languageNames, languageOf, type Language } from '../../plugin/texts/languages';
import { de } from '../../plugin/texts/panel/de';
import { en } from '../../plugin/texts/panel/en';
import { es } from '../../plugin/texts/panel/es';
import { fr } from '../../plugin/texts/panel/fr';
import { it as italian } from '../../plugin/texts/panel/it';
import { pt } from '../../plugin/texts/panel/pt';
import { sentences } from '../../plugin/texts/sentences';
import { faultIn, settingTexts } from '../../plugin/texts/settings';
import { say, speakIn, phrase } from '../../plugin/texts/text';

const panels = { en, it: italian, es, pt, fr, de };
const others = (Object.keys(languageNames) as Language[]).filter((each) => each !== 'en');

type Leaf = string | ((...parts: unknown[]) => string);

/** Every text of a tree, by its path. */
function leavesOf(tree: object, path = ''): Map<string, Leaf> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]): [string, Leaf][] => {
      const at = path === '' ? key : `${path}.${key}`;
      return typeof value === 'object' && value !== null ? [...leavesOf(value, at)] : [[at, value as Leaf]];
    }),
  );
}

const namesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe.each(others)('%s', (language) => {
  test('has every text of the panel, and fills in what English fills in', () => {
    const [english, translated] = [leavesOf(en), leavesOf(panels[language])];
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of english) {
      const other = translated.get(path);
      expect([path, typeof other]).toEqual([path, typeof text]);
      if (typeof text === 'string' || typeof other !== 'function') {
        expect([path, String(other).trim()]).not.toEqual([path, '']);
        continue;
      }
      // Words to be found again; where a number is counted with, the words are tried with numbers.
      const marks = ['MARKA', 'MARKB', 'MARKC', 'MARKD'];
      const filled = (leaf: typeof text) => marks.filter((mark) => leaf(...marks).includes(mark));
      expect([path, filled(other)]).toEqual([path, filled(text)]);
      for (const count of [0, 1, 2, 5]) expect(other(count, count, count, count).length).toBeGreaterThan(1);
    }
  });

  test('has every sentence, with the same placeholders', () => {
    const [english, translated] = [leavesOf(sentences.en), leavesOf(sentences[language])];
    expect([...translated.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of english)
      expect([path, namesIn(String(translated.get(path)))]).toEqual([path, namesIn(String(text))]);
  });

  test('names every setting, its choices and each part of the forms', () => {
    const texts = settingTexts[language]!;
    expect(Object.keys(texts.groups).sort()).toEqual(Object.keys(groups).sort());
    const asked = catalogue.filter(({ about }) => about.group !== undefined);
    expect(Object.keys(texts.settings).sort()).toEqual(asked.map(({ path }) => path).sort());
    for (const { path, about } of asked) {
      const words = texts.settings[path]!;
      expect([path, words.label.length > 0, words.hint !== undefined]).toEqual([
        path,
        true,
        about.hint !== undefined,
      ]);
      const given = Object.keys(about.options ?? {});
      // Languages keep their own names.
      const expected = path === 'accounts.*.language' ? [] : given.sort();
      expect([path, Object.keys(words.options ?? {}).sort()]).toEqual([path, expected]);
    }
  });

  test('says what is wrong with a setting', () => {
    const english = 'must be a port number from 1 to 65535';
    expect(faultIn(language, english)).not.toBe(english);
    expect(faultIn(language, 'must be at least 42')).toMatch(/42/);
    expect(faultIn(language, 'must be at least 42')).not.toBe('must be at least 42');
    expect(faultIn(language, 'nobody has translated this')).toBe('nobody has translated this');
  });

  test('is spoken in all that follows, later on too; the log stays English', async () => {
    const sentence = say('overview.unconfirmed');
    const later = await speakIn(language, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return [phrase('overview.unconfirmed'), String(sentence)];
    });
    expect(later).toEqual([sentence.in(language), sentence.in('en')]);
    expect(later[0]).not.toBe(later[1]);
    expect(phrase('overview.unconfirmed')).toBe(sentence.in('en'));
  });
});

test('a language is known by the tag of any of its countries', () => {
  expect(['it-IT', 'pt_BR', 'DE', 'nl', undefined, 7].map(languageOf)).toEqual([
    'it',
    'pt',
    'de',
    undefined,
    undefined,
    undefined,
  ]);
});
