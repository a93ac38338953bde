import { chmodSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import type { HostSimulator } from '../simulators/host';
import type { XSimulator } from '../simulators/x';
import { shoot, withBrowser } from '../support/browser';
import { connectAtX } from '../support/connectAtX';
import { InstalledPanel } from '../support/installedPanel';
import { brandId, customer } from '../support/rig';
import { until } from '../support/until';

withBrowser('from the zip alone to the first message', () => {
  let installed: InstalledPanel;
  let x: XSimulator;
  let host: HostSimulator;
  let browser: Browser;
  let page: Page;
  let panel: FrameLocator;

  beforeAll(async () => {
    installed = await InstalledPanel.open();
    ({ x, host, browser, page, panel } = installed);
    // The worst of all proxies: nothing but GET, POST, the path and the body.
    host.proxy.bare = true;
  }, 120_000);

  afterAll(() => installed.close());

  const fill = (label: string, value: string) => installed.fill(label, value);
  const press = (name: string) => installed.press(name);
  const go = async (name: string) => {
    await panel
      .getByRole('navigation', { name: 'X for XCALLY Motion' })
      .getByRole('link', { name, exact: true })
      .click();
    await panel.getByRole('heading', { name, level: 2 }).waitFor();
  };
  /** What only the admin may do is asked for again, with the password. */
  const confirm = async () => {
    await fill('Your password for this panel', installed.password);
    await press('Continue');
  };

  test('the panel asks where the plugin is, and is claimed with the set-up code', async () => {
    await page.goto(`${host.url}/appzone`);
    await panel.getByLabel('Port of the plugin').fill(String(installed.port));
    await press('Connect');
    await panel.getByRole('heading', { name: 'Set up this panel' }).waitFor();
    const code = readFileSync(join(installed.dataDir, 'panel-setup-code.txt'), 'utf8').trim();
    expect(installed.plugin.output).toContain(
      `Set-up code of the panel, until somebody has claimed it: ${code}`,
    );
    await fill('Set-up code', code);
    await fill('Choose a password (at least 10 characters)', installed.password);
    await shoot(page, 'panel-claim');
    await press('Claim the panel');
    await panel.getByText('No X account is connected yet.').waitFor();
    await shoot(page, 'panel-empty');
  });

  test('the host is entered; a mistake is told at its place', async () => {
    await go('Settings');
    await fill('Address', host.url);
    await fill('User', host.options.username);
    await panel.getByLabel(/^Password ·/).fill(host.options.password);
    await fill('Address of X’s API', x.url);
    await fill('Media hosts', new URL(x.url).host);
    await fill('Folder', join(installed.folder, 'logs'));
    await fill('Stop retrying replies after (hours)', '0');
    await press('Save');
    await panel.getByText('Stop retrying replies after (hours): must be at least 1').waitFor();
    const mistaken = panel.getByLabel('Stop retrying replies after (hours)', { exact: true });
    expect(await mistaken.getAttribute('aria-invalid')).toBe('true');
    await panel.locator('[aria-invalid]:focus').waitFor();
    await fill('Stop retrying replies after (hours)', '24');
    await press('Save');
    await fill('Your password for this panel', 'not this one');
    await press('Continue');
    await panel.getByText('Your password is wrong.').waitFor();
    await shoot(page, 'panel-password');
    await confirm();
    await panel.getByText('Saved. XCALLY Motion knows the plugin as').waitFor();
    await shoot(page, 'panel-settings');
  });

  test('an account is added with both sign-ins: a PIN, and a click on X', async () => {
    await go('Accounts');
    await panel.getByRole('link', { name: 'Add with all settings at once' }).click();
    await fill('Name', 'acme');
    await fill('Client ID', x.oauth2.client.id);
    await panel.getByLabel(/^Client Secret ·/).fill(x.oauth2.client.secret);
    await panel.getByLabel(/^API Key ·/).fill(x.app.consumerKey);
    await panel.getByLabel(/^API Key Secret ·/).fill(x.app.consumerSecret);
    await press('Open X for a PIN');
    const address = await panel.getByRole('link', { name: /oauth\/authorize/ }).getAttribute('href');
    const pin = /PIN: <code>(\d+)/.exec(await (await fetch(address!)).text())?.[1] ?? '';
    await fill('PIN', pin);
    await press('Connect');
    await panel.getByText(`Connected as @acme_help (${brandId}). Save to use it.`).waitFor();
    await panel
      .getByLabel('Open Channel account')
      .selectOption({ label: `X – ACME Help (${installed.accountId})` });
    await panel.getByText('Map Key in XCALLY Motion: twitter').waitFor();
    await panel.getByLabel('Public mentions').check();
    await press('Fill in the address through XCALLY Motion');
    await shoot(page, 'panel-account');
    await press('Save');
    await confirm();
    await connectAtX(x, page, panel, confirm);
    await go('Accounts');
    await panel.locator('.card').getByText('working').waitFor();
    await panel.getByText('@acme_help').waitFor();
    expect(statSync(join(dirname(installed.dataDir), 'plugin.config.json')).mode & 0o777).toBe(0o600);
  });

  test('the Reply URL is copied to the host, and everything is checked', async () => {
    await press('Show the addresses');
    await confirm();
    const replyUrl = await panel.getByLabel(/^Reply URL/).inputValue();
    host.state.accounts[0]!.replyUrl = replyUrl;
    await shoot(page, 'panel-accounts');
    // The bare proxy drops X's signature: found, and told.
    await go('Check everything');
    await press('Check everything');
    await panel.getByText(/must let the header x-twitter-webhooks-signature pass/).waitFor();
    host.proxy.bare = false;
    await press('Check everything');
    await panel.getByText('Everything is OK.').waitFor();
    await shoot(page, 'panel-check');
  });

  test('the first Direct Message arrives, is answered, and stands in the activity', async () => {
    const message = x.world.addMessage(customer.id, brandId, 'Where is my parcel?');
    await x.feed.publish({ kind: 'message', message });
    await until(() => host.state.messages.some(({ body }) => body === 'Where is my parcel?'), 'the message');
    const outcome = await host.agentWrites(host.state.interactions[0]!, 'On its way!');
    expect(outcome.status).toBe(200);
    await go('Activity');
    await panel.getByRole('cell', { name: 'jane_doe acme' }).waitFor();
    await panel.getByRole('cell', { name: 'delivered' }).waitFor();
    await shoot(page, 'panel-activity');
    await press('From agents');
    await panel.getByRole('cell', { name: 'jane_doe acme' }).waitFor();
    await go('Overview');
    await panel.getByText('Everything works.').waitFor();
    await panel.getByText('Details').click();
    await panel.getByLabel('acme').getByText('1 message sent', { exact: false }).waitFor();
    await shoot(page, 'panel-overview');
    await go('Conversations');
    await fill('Handle, name or text', '@jane_doe');
    await press('Search');
    await panel.getByRole('link', { name: /@jane_doe/ }).click();
    await panel
      .getByRole('region', { name: '@jane_doe' })
      .getByText('XCALLY Motion has it')
      .waitFor({ state: 'attached' });
    await shoot(page, 'panel-conversations');
    await fill('Handle, name or text', 'nobody_here');
    await press('Search');
    await panel.getByText('Nobody was found.').waitFor();
    await panel.getByRole('region', { name: '@jane_doe' }).waitFor({ state: 'detached' });
  });

  test('the log is live, and settings are exported and imported with a look before', async () => {
    await go('Log');
    await panel.getByText('reply sent').waitFor();
    await shoot(page, 'panel-log');
    await go('Backup');
    const download = page.waitForEvent('download');
    await press('Download settings without keys');
    const content = readFileSync(await (await download).path(), 'utf8');
    expect(content).not.toContain(x.app.consumerSecret);
    const buffer = Buffer.from(content.replace('"maxRetryHours": 24', '"maxRetryHours": 48'));
    await panel
      .getByLabel('Settings file')
      .setInputFiles({ name: 's.json', mimeType: 'application/json', buffer });
    await press('Show what would change');
    await confirm();
    await panel.getByText('Changes 1 other setting.').waitFor();
    await panel.getByText('Details').click();
    await panel.getByRole('row', { name: 'reply.maxRetryHours 24 48' }).waitFor();
    await shoot(page, 'panel-backup');
    await press('Import');
    await confirm();
    await panel.getByText('Imported.').waitFor();
  });

  test('an account is switched off and on again', async () => {
    await go('Accounts');
    await press('Switch off');
    await panel.locator('.card').getByText('switched off', { exact: true }).waitFor();
    await panel.getByText('"acme" is switched off').waitFor();
    await press('Switch on');
    await panel.locator('.card').getByText('working').waitFor();
    // An amount keeps its decimals while it is typed.
    const edit = panel.locator('.card').getByRole('link', { name: 'Edit', exact: true });
    await edit.click();
    const limit = panel.getByLabel('Warn at (US dollars a month)');
    await limit.clear();
    await limit.pressSequentially('20.05');
    await press('Save');
    await panel.getByText('"acme" was saved').waitFor();
    await edit.click();
    await until(async () => (await limit.inputValue()) === '20.05', 'the amount as it was typed');
  });

  test('encrypted chat: keys are created and exported, and a customer is read and answered', async () => {
    await go('Accounts');
    await panel.getByRole('link', { name: 'Encrypted chat' }).click();
    await panel.getByText('No keys yet: encrypted messages cannot be read').waitFor();
    await press('Create and register');
    await confirm();
    await panel.getByText('The keys were created and registered.').waitFor();
    await panel.getByText('Encrypted messages are read, and can be replied to.').waitFor();
    await fill('Password for the file (at least 10 characters)', 'for the file of keys');
    const download = page.waitForEvent('download');
    await press('Download');
    await confirm();
    expect(readFileSync(await (await download).path(), 'utf8')).toContain('openchannel-x chat keys');
    const jane = await x.chatPerson(customer.id);
    await jane.say(brandId, 'A secret question');
    await until(() => host.state.messages.some(({ body }) => body === 'A secret question'), 'the question');
    const outcome = await host.agentWrites(host.state.interactions[0]!, 'A secret answer');
    expect(outcome.status).toBe(200);
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['A secret question', 'A secret answer']);
    await go('Accounts');
    await panel.getByRole('link', { name: 'Encrypted chat' }).click();
    await panel.getByText('one version of keys').waitFor();
    await shoot(page, 'panel-chat');
  });

  test('everything is within reach of the keyboard', async () => {
    await go('Accounts');
    await panel.getByRole('link', { name: 'Log', exact: true }).focus();
    await page.keyboard.press('Enter');
    await panel.getByRole('heading', { name: 'Log', level: 2 }).waitFor();
    await panel.locator('h2:focus').getByText('Log').waitFor();
    await panel.getByRole('button', { name: 'Skip to the page' }).focus();
    const reached = new Set<string>();
    for (let press = 0; press < 16; press += 1) {
      await page.keyboard.press('Tab');
      reached.add(String(await page.frames()[1]!.evaluate('document.activeElement.textContent')));
    }
    expect([...reached]).toEqual(expect.arrayContaining(['Privacy', 'Backup', 'Sign out']));
  });

  test('after a restart: directly at the port, with a cookie that a reload keeps', async () => {
    expect(await installed.plugin.stop()).toBe(0);
    chmodSync(installed.installedFolder, 0o555);
    installed.start();
    await installed.plugin.ready();
    const direct = await browser.newPage();
    await direct.goto(`${installed.plugin.url}/panel/`);
    await direct.getByLabel('Password').fill('wrong');
    await direct.getByRole('button', { name: 'Sign in' }).click();
    await direct.getByText('The password is wrong.').waitFor();
    await direct.getByLabel('Password').fill(installed.password);
    await direct.keyboard.press('Enter');
    await direct.getByText('@acme_help').waitFor();
    await direct.reload();
    await direct.getByText('@acme_help').waitFor();
    await direct.getByRole('button', { name: 'Sign out' }).click();
    await direct.getByRole('heading', { name: 'Sign in' }).waitFor();
    await direct.close();
  });

  test("the page itself comes through the host's proxy, too", async () => {
    const proxied = await browser.newPage();
    await proxied.goto(host.webhookUrl(installed.port, '/panel/framed'));
    await proxied.getByRole('heading', { name: 'Sign in' }).waitFor();
    await proxied.close();
  });
});
