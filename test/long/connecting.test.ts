import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { HostSimulator } from '../simulators/host';
import { XSimulator } from '../simulators/x';
import { launchBrowser, withBrowser } from '../support/browser';
import { connectAtX } from '../support/connectAtX';
import { freePort, PluginProcess } from '../support/process';
import { brandId, customer } from '../support/rig';
import { until } from '../support/until';

/** An admin who has a Client ID and a Client Secret, and no other key of X. */

const password = 'a password for the panel';

withBrowser('from an empty panel to a first reply with OAuth 2.0 alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-connecting-'));
  let x: XSimulator;
  let host: HostSimulator;
  let plugin: PluginProcess;
  let browser: Browser;
  let page: Page;
  let accountId: number;

  beforeAll(async () => {
    x = await XSimulator.start();
    host = await HostSimulator.start();
    x.addBrand(brandId, 'acme_help', 'ACME Help');
    x.world.addUser(customer);
    accountId = host.addAccount({ name: 'X – ACME Help', mapKey: 'twitter' }).id;
    const file = join(folder, 'plugin.config.json');
    const port = await freePort();
    writeFileSync(
      file,
      JSON.stringify({
        port,
        dataDir: join(folder, 'data'),
        log: { dir: join(folder, 'log') },
        host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
        x: { apiBaseUrl: x.url },
      }),
    );
    plugin = PluginProcess.run([resolve('dist/plugin/main.js'), '--config', file], port);
    await plugin.ready();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 960 } });
    await page.goto(`${plugin.url}/panel/`);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await plugin.stop();
    await x.close();
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const confirm = async () => {
    await fill('Your password for this panel', password);
    await press('Continue');
  };

  test('the account is added, connected with a click on X, and a message is replied to', async () => {
    await fill('Set-up code', readFileSync(join(folder, 'data', 'panel-setup-code.txt'), 'utf8').trim());
    await fill('Choose a password (at least 10 characters)', password);
    await press('Claim the panel');
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.getByRole('link', { name: 'Add with all settings at once' }).click();
    await fill('Name', 'acme');
    await fill('Client ID', x.oauth2.client.id);
    await page.getByLabel(/^Client Secret ·/).fill(x.oauth2.client.secret);
    await page.getByLabel('Open Channel account').selectOption({ label: `X – ACME Help (${accountId})` });
    await press('Save');
    await confirm();
    await connectAtX(x, page, page, confirm);
    await page.getByRole('link', { name: 'Accounts', exact: true }).click();
    await page.locator('.card').getByText('works').waitFor();
    await press('Show the addresses');
    await confirm();
    host.state.accounts[0]!.replyUrl = await page.getByLabel(/^Reply URL/).inputValue();
    x.world.addMessage(customer.id, brandId, 'Where is my parcel?');
    // Without keys of the app X pushes nothing: messages are read every minute.
    await until(
      () => host.state.messages.some(({ body }) => body === 'Where is my parcel?'),
      'the message',
      75_000,
    );
    const outcome = await host.agentWrites(host.state.interactions[0]!, 'On its way!');
    expect(outcome.status).toBe(200);
    expect(x.world.messages.at(-1)).toMatchObject({ senderId: brandId, text: 'On its way!' });
    expect(x.calls.every(({ kind }) => kind === 'OAuth2UserToken')).toBe(true);
  }, 120_000);
});
