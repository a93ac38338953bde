import { readFileSync } from 'node:fs';
import type { Frame } from 'playwright-core';
import { until } from './until';

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What a page lacks for everybody to read and use it, by the rules of axe: contrast, names, roles, labels, order.
 * @throws Error when the page has not filled itself
 */
export async function barriers(frame: Frame): Promise<string[]> {
  await until(async () => {
    const words = await frame.locator('main').innerText();
    return words.trim().length > 40 && !words.includes('Loading');
  }, 'the page to be filled');
  await frame.evaluate(axe);
  const { violations } = await frame.evaluate<{ violations: Violation[] }>('axe.run(document)');
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`));
}
