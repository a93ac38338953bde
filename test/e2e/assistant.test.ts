import type { FrameLocator, Page } from 'playwright-core';
import { shoot, withBrowser } from '../support/browser';
import { InstalledPanel } from '../support/installedPanel';
import { barriers } from '../support/readable';
import { brandId, customer } from '../support/rig';
import { until } from '../support/until';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

withBrowser('the assistant alone, from the zip to a reply', () => {
  let installed: InstalledPanel;
  let page: Page;
  let panel: FrameLocator;

  beforeAll(async () => {
    installed = await InstalledPanel.open('en-US', (x, folder) => ({
      x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
      log: { dir: join(folder, 'logs') },
    }));
    ({ page, panel } = installed);
  }, 120_000);

  afterAll(() => installed.close());

  const step = (name: string) =>
    panel
      .getByRole('listitem')
      .filter({ has: panel.getByRole('heading', { name: new RegExp(name), level: 3 }) });
  const fill = (label: string, value: string) => installed.fill(label, value);
  const press = (name: string) => installed.press(name);
  const confirm = async () => {
    await fill('Your password for this panel', installed.password);
    await press('Continue');
  };
  const isDone = (name: string) => step(name).getByText('✓ done').waitFor();

  test('the panel is claimed, and leads to the assistant', async () => {
    await page.goto(`${installed.host.url}/appzone`);
    await panel.getByLabel('Port of the plugin').fill(String(installed.port));
    await press('Connect');
    const code = readFileSync(join(installed.dataDir, 'panel-setup-code.txt'), 'utf8').trim();
    await fill('Set-up code', code);
    await fill('Choose a password (at least 10 characters)', installed.password);
    await press('Claim the panel');
    await panel.getByRole('link', { name: 'Set up the first account' }).click();
    await panel.getByRole('heading', { name: 'Set up an X account' }).waitFor();
    await shoot(page, 'panel-assistant');
    expect(await barriers(page.frames()[1]!)).toEqual([]);
  });

  test('XCALLY Motion: a wrong password is told, the right one is a tick', async () => {
    const { host } = installed;
    await fill('Address', host.url);
    await fill('User', host.options.username);
    await panel.getByLabel(/^Password ·/).fill('not the password');
    await press('Save and test');
    await confirm();
    await step('XCALLY Motion')
      .getByText(/check .*password/)
      .first()
      .waitFor();
    await panel.getByLabel(/^Password ·/).fill(host.options.password);
    await press('Save and test');
    await confirm();
    await isDone('XCALLY Motion');
  });

  test('the app at X: keys that X does not know are told; the account can be left and taken up again', async () => {
    const { x } = installed;
    const callback = await panel.getByLabel('Callback address: copy it to X exactly as it is').inputValue();
    x.oauth2.client.redirectUris.push(callback);
    await fill('Name', 'acme');
    await fill('Client ID', x.oauth2.client.id);
    await panel.getByLabel(/^Client Secret ·/).fill(x.oauth2.client.secret);
    await panel.getByLabel(/^API Key ·/).fill(x.app.consumerKey);
    await panel.getByLabel(/^API Key Secret ·/).fill('invented');
    await press('Save and test');
    await step('The app at X')
      .getByText(/X does not know this API key/)
      .waitFor();
    await panel.getByLabel(/^API Key Secret ·/).fill(x.app.consumerSecret);
    await press('Save and test');
    await confirm();
    await panel.getByRole('heading', { name: 'Set up an X account: acme' }).waitFor();
    await isDone('The app at X');
    await panel.getByRole('link', { name: 'Accounts', exact: true }).click();
    await panel.getByRole('link', { name: 'Go on with the set-up' }).click();
    await isDone('The app at X');
  });

  test('connecting with one click', async () => {
    await press('Connect with X');
    await confirm();
    const [atX] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.getByRole('link', { name: 'Open X and allow the app' }).click(),
    ]);
    await atX.getByText('Connected with X as @acme_help.').waitFor();
    await atX.close();
    await isDone('Connect with X');
    await step('Connect with X').getByText('Connected as @acme_help.').waitFor();
  });

  test('the Open Channel account, and its Reply URL by a click', async () => {
    await panel
      .getByLabel('Open Channel account')
      .selectOption({ label: `X – ACME Help (${installed.accountId})` });
    await press('Save and go on');
    await press('Enter the Reply URL in XCALLY Motion');
    await confirm();
    await isDone('Open Channel account');
    expect(installed.host.state.accounts[0]!.replyUrl).toContain('/api/reply/acme?token=');
  });

  test('how messages arrive, and the first of them, while one watches; the reply reaches the customer', async () => {
    const { x, host } = installed;
    await panel.getByLabel('What did you buy from X?').selectOption({ value: 'enterprise' });
    await shoot(page, 'panel-assistant-delivery');
    await press('Save and start');
    await confirm();
    await isDone('How messages arrive');
    await panel.getByText('Now write a Direct Message to @acme_help').waitFor();
    const message = x.world.addMessage(customer.id, brandId, 'Hello from the assistant');
    await x.feed.publish({ kind: 'message', message });
    await panel.getByText(/It arrived at .* All is set up\./).waitFor();
    await shoot(page, 'panel-assistant-done');
    expect(await barriers(page.frames()[1]!)).toEqual([]);
    await until(() => host.state.interactions.length === 1, 'the interaction');
    expect((await host.agentWrites(host.state.interactions[0]!, 'Welcome')).status).toBe(200);
    expect(x.world.messages.at(-1)!.text).toBe('Welcome');
    await panel.getByRole('link', { name: 'Show the conversation' }).click();
    await panel.getByRole('region', { name: '@jane_doe' }).getByText('Agent').waitFor();
  });
});
