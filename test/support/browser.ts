import { existsSync, mkdirSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';

const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** On a fresh clone without a browser the rest of the suite still runs; CI must have one. */
export const withBrowser =
  existsSync(chromiumPath) || process.env['CI'] !== undefined ? describe : describe.skip;

/** Starts Debian's Chromium, which talks to nobody but the pages of the tests. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
}

/** Keeps a picture of a page in `build/screenshots`. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync('build/screenshots', { recursive: true });
  await page.screenshot({ path: `build/screenshots/${name}.png` });
}
