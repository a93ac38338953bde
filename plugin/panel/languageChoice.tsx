import { languageNames } from '../texts/languages';
import { mayLeave } from './leaving';
import { chooseLanguage, language, texts } from './texts';

/** The language of the panel, to choose from. */
export function LanguageChoice() {
  const choose = (chosen: string) => {
    if (mayLeave()) chooseLanguage(chosen);
  };
  return (
    <select
      class="language"
      aria-label={texts.language}
      value={language}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {Object.entries(languageNames).map(([key, name]) => (
        <option key={key} value={key} lang={key}>
          {name}
        </option>
      ))}
    </select>
  );
}
