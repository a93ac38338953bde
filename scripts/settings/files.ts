import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { groups } from '../../plugin/settings/about';
import { catalogue, setAt, type Setting } from '../../plugin/settings/catalogue';

/** The files that are made from the settings' own descriptions. */

const documents = 'docs/configuration.md';
const example = 'plugin.config.example.json';
const [begin, end] = ['<!-- made from the settings -->', '<!-- end of settings -->'];

/** What each file is to hold, by its path. */
export async function settingsFiles(): Promise<Map<string, string>> {
  const before = readFileSync(documents, 'utf8');
  const [above = '', rest = ''] = before.split(begin);
  const [, below = ''] = rest.split(end);
  const whole = [above, begin, '\n\n', tables(), '\n\n', end, below].join('');
  return new Map([
    [documents, await formatted(whole, 'markdown')],
    [example, await formatted(JSON.stringify(exampleOf()), 'json')],
  ]);
}

/** As the rest of the repository is formatted. */
async function formatted(text: string, parser: 'markdown' | 'json'): Promise<string> {
  // An object keeps its lines where its first key is on one of its own.
  const spread = parser === 'json' ? JSON.stringify(JSON.parse(text), undefined, 2) : text;
  return format(spread, { parser, printWidth: 110 });
}

function exampleOf(): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  const account: Record<string, unknown> = {};
  for (const { path, about, preset } of catalogue) {
    const value = about.example ?? preset;
    if (path.startsWith('accounts.*.')) setAt(account, path.split('.').slice(2), value);
    else setAt(config, path.split('.'), value);
  }
  return { ...config, accounts: [account] };
}

/** A table for each part, in the order of the panel's forms. */
function tables(): string {
  const parts = Object.entries(groups).map(([id, { heading, page }]) => ({
    heading: page === 'settings' ? heading : `Of an account: ${heading}`,
    settings: catalogue.filter(({ about }) => about.group === id),
  }));
  const hidden = catalogue.filter(({ about }) => about.group === undefined);
  return [...parts, { heading: 'In the file only', settings: hidden }].map(table).join('\n\n');
}

function table({ heading, settings }: { heading: string; settings: Setting[] }): string {
  const rows = settings.map((setting) => {
    const cells = [code(setting.path.replace('.*', '[]')), meaning(setting), presetOf(setting)];
    return `| ${cells.join(' | ')} |`;
  });
  return [`## ${heading}`, '', '| key | meaning | default |', '| --- | --- | --- |', ...rows].join('\n');
}

function meaning({ about, values }: Setting): string {
  const { label, hint, details, env } = about;
  const said = `**${label}.** ${details ?? hint ?? ''}`.trim();
  const choices = values && !values.includes('') ? ` One of ${values.map(code).join(', ')}.` : '';
  const variable = env === undefined ? '' : ` Environment: ${code(env)}.`;
  return `${said}${choices}${variable}`;
}

function presetOf({ preset }: Setting): string {
  if (preset === undefined) return 'has to be set';
  const values: unknown[] = Array.isArray(preset) ? preset : [preset];
  return values
    .filter((value) => value !== '')
    .map((value) => code(typeof value === 'string' ? value : JSON.stringify(value)))
    .join(', ');
}

const code = (text: string) => `\`${text}\``;
