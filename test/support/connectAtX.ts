import type { FrameLocator, Page } from 'playwright-core';
import type { XSimulator } from '../simulators/x';
import { shoot } from './browser';

/** On an account's page: enters the callback address at X as an admin does, connects with OAuth 2.0, and comes back. */
export async function connectAtX(
  x: XSimulator,
  page: Page,
  panel: FrameLocator | Page,
  confirm: () => Promise<void>,
): Promise<void> {
  const callback = panel.getByLabel('Callback address: copy it to X exactly as it is');
  await callback.waitFor();
  x.oauth2.client.redirectUris.push(await callback.inputValue());
  await panel.getByText('This account is not connected yet.').waitFor();
  await shoot(page, 'panel-connect');
  await panel.getByRole('button', { name: 'Connect with X', exact: true }).click();
  await confirm();
  const [atX] = await Promise.all([
    page.context().waitForEvent('page'),
    panel.getByRole('link', { name: 'Open X and allow the app' }).click(),
  ]);
  await atX.getByText(`Connected with X as @${x.visitor.username}.`).waitFor();
  await atX.close();
  await panel.getByText(`Connected as @${x.visitor.username}.`).waitFor();
}
