import { readFileSync } from 'node:fs';
import type { Frame } from 'playwright-core';
import { de } from '../../plugin/texts/panel/de';
import { en } from '../../plugin/texts/panel/en';
import { es } from '../../plugin/texts/panel/es';
import { fr } from '../../plugin/texts/panel/fr';
import { it as italian } from '../../plugin/texts/panel/it';
import { pt } from '../../plugin/texts/panel/pt';
import { until } from './until';

const panels = { en, it: italian, es, pt, fr, de };

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What stands in the place of what is not there yet. */
const loading = Object.values(panels).map((texts) => texts.loading);

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What a page lacks for everybody to read and use it, by the rules of axe: contrast, names, roles, labels, order.
 * @param without rules that are not looked at
 * @throws Error when the page has not filled itself
 */
export async function barriers(frame: Frame, without: readonly string[] = []): Promise<string[]> {
  await until(async () => {
    const words = await frame.locator('main').innerText();
    return words.trim().length > 40 && !loading.some((each) => words.includes(each));
  }, 'the page to be filled');
  if (!(await frame.evaluate<boolean>('"axe" in window'))) await frame.evaluate(axe);
  const options = JSON.stringify({
    rules: Object.fromEntries(without.map((id) => [id, { enabled: false }])),
  });
  const { violations } = await frame.evaluate<{ violations: Violation[] }>(`axe.run(document, ${options})`);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}
