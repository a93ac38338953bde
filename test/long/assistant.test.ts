import type { FrameLocator, Page } from 'playwright-core';
import { shoot, withBrowser } from '../support/browser';
import { InstalledPanel } from '../support/installedPanel';
import { barriers } from '../support/readable';
import { brandId, customer } from '../support/rig';
import { until } from '../support/until';
import { it as texts } from '../../plugin/texts/panel/it';
import { languageNames } from '../../plugin/texts/languages';
import { settingTexts } from '../../plugin/texts/settings';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const labels = settingTexts.it!.settings;
const labelOf = (path: string) => labels[path]!.label;
/** A secret's label, whether it is set or not. */
const secretOf = (path: string) => new RegExp(`^${labelOf(path)} ·`);
/** A text with something filled in, whatever that is. */
const anyOf = (text: (filled: string) => string) =>
  new RegExp(
    text('@@')
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace('@@', '.*'),
  );

withBrowser('the assistant alone, in Italian, from the zip to a reply', () => {
  let installed: InstalledPanel;
  let page: Page;
  let panel: FrameLocator;

  beforeAll(async () => {
    installed = await InstalledPanel.open('it-IT', (x, folder) => ({
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
    await fill(texts.confirm.password, installed.password);
    await press(texts.confirm.go);
  };
  const isDone = (name: string) => step(name).getByText(`✓ ${texts.setUp.done}`).waitFor();

  test('the panel is claimed, and leads to the assistant', async () => {
    await page.goto(`${installed.host.url}/appzone`);
    await panel.getByLabel(texts.unreachable.port).fill(String(installed.port));
    await press(texts.unreachable.go);
    const code = readFileSync(join(installed.dataDir, 'panel-setup-code.txt'), 'utf8').trim();
    await fill(texts.claim.code, code);
    await fill(texts.claim.password, installed.password);
    await press(texts.claim.go);
    await panel.getByRole('link', { name: texts.overview.setUp }).click();
    await panel.getByRole('heading', { name: texts.setUp.heading }).waitFor();
    await shoot(page, 'panel-assistant');
    expect(await barriers(page.frames()[1]!)).toEqual([]);
  });

  test('XCALLY Motion: a wrong password is told, the right one is a tick', async () => {
    const { host } = installed;
    await fill(labelOf('host.baseUrl'), host.url);
    await fill(labelOf('host.username'), host.options.username);
    await panel.getByLabel(secretOf('host.password')).fill('not the password');
    await press(texts.setUp.saveAndTest);
    await confirm();
    await step(texts.setUp.motion.heading).locator('.outcome .bad').waitFor();
    // What is wrong is not saved: it would sign every account out.
    expect(installed.plugin.output).not.toContain('panel: settings saved');
    await panel.getByLabel(secretOf('host.password')).fill(host.options.password);
    await press(texts.setUp.saveAndTest);
    await confirm();
    await isDone(texts.setUp.motion.heading);
  });

  test('the app at X: keys that X does not know are told; the account can be left and taken up again', async () => {
    const { x } = installed;
    const callback = await panel.getByLabel(texts.connect.oauth2.callbackUrl).inputValue();
    x.oauth2.client.redirectUris.push(callback);
    await fill(labelOf('accounts.*.name'), 'acme');
    await fill(labelOf('accounts.*.oauth2.clientId'), x.oauth2.client.id);
    await panel.getByLabel(secretOf('accounts.*.oauth2.clientSecret')).fill(x.oauth2.client.secret);
    await panel.getByLabel(secretOf('accounts.*.consumerKey')).fill(x.app.consumerKey);
    await panel.getByLabel(secretOf('accounts.*.consumerSecret')).fill('invented');
    await press(texts.setUp.saveAndTest);
    await step(texts.setUp.app.heading).locator('.outcome .bad').waitFor();
    await panel.getByLabel(secretOf('accounts.*.consumerSecret')).fill(x.app.consumerSecret);
    await press(texts.setUp.saveAndTest);
    await confirm();
    await panel.getByRole('heading', { name: `${texts.setUp.heading}: acme` }).waitFor();
    await isDone(texts.setUp.app.heading);
    await panel.getByRole('link', { name: texts.pages.accounts, exact: true }).click();
    await panel.getByRole('link', { name: texts.accounts.goOn }).click();
    await isDone(texts.setUp.app.heading);
  });

  test('connecting with one click', async () => {
    await press(texts.connect.oauth2.start);
    await confirm();
    const [atX] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.getByRole('link', { name: texts.connect.oauth2.open }).click(),
    ]);
    await atX.getByText('Connected with X as @acme_help.').waitFor();
    await atX.close();
    await isDone(texts.setUp.connect.heading);
    await step(texts.setUp.connect.heading).getByText(texts.setUp.connect.connected('acme_help')).waitFor();
  });

  test('the Open Channel account, and its Reply URL by a click', async () => {
    const { host } = installed;
    // What is done can be looked at again, and left as it is.
    await step(texts.setUp.app.heading).getByRole('button', { name: texts.setUp.change }).click();
    await panel.getByLabel(labelOf('accounts.*.oauth2.clientId'), { exact: true }).waitFor();
    await step(texts.setUp.channel.heading).getByRole('button', { name: texts.setUp.change }).click();
    await panel
      .getByLabel(labelOf('accounts.*.openChannelAccountId'))
      .selectOption({ label: `X – ACME Help (${installed.accountId})` });
    await press(texts.setUp.next);
    host.state.accounts[0]!.replyUrl = 'https://other.example.com/reply?token=theirs';
    page.once('dialog', (dialog) => expect(dialog.message()).toContain('other.example.com'));
    await press(texts.setUp.channel.enter);
    await confirm();
    await isDone(texts.setUp.channel.heading);
    expect(installed.host.state.accounts[0]!.replyUrl).toContain('/api/reply/acme?token=');
  });

  test('how messages arrive, and the first of them, while one watches; the reply reaches the customer', async () => {
    const { x, host } = installed;
    await panel.getByLabel(texts.setUp.delivery.question).selectOption({ value: 'enterprise' });
    await shoot(page, 'panel-assistant-delivery');
    await press(texts.setUp.delivery.start);
    await confirm();
    await isDone(texts.setUp.delivery.heading);
    await panel.getByText(texts.setUp.message.words('acme_help')).waitFor();
    const message = x.world.addMessage(customer.id, brandId, 'Hello from the assistant');
    await x.feed.publish({ kind: 'message', message });
    await panel.getByText(anyOf(texts.setUp.message.arrived)).waitFor();
    await until(() => host.state.interactions.length === 1, 'the interaction');
    expect((await host.agentWrites(host.state.interactions[0]!, 'Welcome')).status).toBe(200);
    expect(x.world.messages.at(-1)!.text).toBe('Welcome');
    await panel.getByText(anyOf(texts.setUp.message.replied)).waitFor();
    await shoot(page, 'panel-assistant-done');
    expect(await barriers(page.frames()[1]!)).toEqual([]);
    await panel.getByRole('link', { name: texts.setUp.message.show }).click();
    await panel.getByRole('region', { name: '@jane_doe' }).getByText(texts.conversations.by.agent).waitFor();
  }, 60_000);

  test('a second account goes the same way, with an app and an Open Channel account of its own', async () => {
    const { x, host } = installed;
    const italia = '900000000000000002';
    x.addBrand(italia, 'acme_italia', 'ACME Italia');
    const { id: channel } = host.addAccount({ name: 'X – ACME Italia', mapKey: 'twitter' });
    await panel.getByRole('link', { name: texts.pages.accounts, exact: true }).click();
    await panel.getByRole('link', { name: texts.accounts.add, exact: true }).click();
    await isDone(texts.setUp.motion.heading);
    const callback = await panel.getByLabel(texts.connect.oauth2.callbackUrl).inputValue();
    const client = { id: 'second-client', secret: 'second-client-secret', redirectUris: [callback] };
    x.oauth2.furtherClients.push(client);
    await fill(labelOf('accounts.*.name'), 'italia');
    await fill(labelOf('accounts.*.oauth2.clientId'), client.id);
    await panel.getByLabel(secretOf('accounts.*.oauth2.clientSecret')).fill(client.secret);
    await press(texts.setUp.saveAndTest);
    await confirm();
    await panel.getByRole('heading', { name: `${texts.setUp.heading}: italia` }).waitFor();
    await press(texts.connect.oauth2.start);
    await confirm();
    const [atX] = await Promise.all([
      page.context().waitForEvent('page'),
      panel.getByRole('link', { name: texts.connect.oauth2.open }).click(),
    ]);
    await atX.getByText('Connected with X as @acme_italia.').waitFor();
    await atX.close();
    await isDone(texts.setUp.connect.heading);
    const channels = panel.getByLabel(labelOf('accounts.*.openChannelAccountId'));
    // The one of the first account is refused: its replies would go out as those of this one.
    await channels.selectOption({ value: String(installed.accountId) });
    await press(texts.setUp.next);
    await press(texts.setUp.channel.enter);
    await step(texts.setUp.channel.heading).locator('.outcome .bad').waitFor();
    await channels.selectOption({ value: String(channel) });
    await press(texts.setUp.next);
    await press(texts.setUp.channel.enter);
    await confirm();
    await isDone(texts.setUp.channel.heading);
    // Without the API key X pushes nothing: only what is read is offered.
    const plans = panel.getByLabel(texts.setUp.delivery.question);
    expect(await plans.locator('option').count()).toBe(2);
    await press(texts.setUp.delivery.start);
    await isDone(texts.setUp.delivery.heading);
    x.world.addMessage(customer.id, italia, 'Ciao');
    await panel.getByText(anyOf(texts.setUp.message.arrived)).waitFor({ timeout: 90_000 });
    const interaction = host.state.interactions.find((each) => each.OpenchannelAccountId === channel)!;
    expect((await host.agentWrites(interaction, 'Benvenuto')).status).toBe(200);
    expect(x.world.messages.at(-1)).toMatchObject({ text: 'Benvenuto', senderId: italia });
    await panel.getByText(anyOf(texts.setUp.message.replied)).waitFor();
    expect(host.state.accounts.map(({ replyUrl }) => /reply\/(\w+)/.exec(replyUrl)?.[1])).toEqual([
      'acme',
      'italia',
    ]);
  }, 180_000);

  const pages = [
    ...[
      'overview',
      'conversations',
      'activity',
      'accounts',
      'check',
      'report',
      'settings',
      'log',
      'privacy',
      'backup',
    ],
    ...['setup', 'setup/acme', 'accounts/acme', 'automation/acme', 'chat/acme'],
  ];

  test.each([
    ...Object.keys(languageNames).map(
      (language) => [language, 360, 'dark', language === 'de' ? [] : ['color-contrast']] as const,
    ),
    ['en', 1280, 'light', []] as const,
  ])(
    'every page in %s, %i pixels wide and %s, can be read and used by everybody (without %j)',
    // Colours are the same in every language, and take most of the time.
    async (language, width, colorScheme, without) => {
      const own = await installed.browser.newPage({
        viewport: { width, height: 800 },
        locale: language,
        colorScheme,
      });
      const address = `${installed.plugin.url}/panel/`;
      await own.goto(address);
      await own.locator('input[type=password]').fill(installed.password);
      await own.keyboard.press('Enter');
      for (const each of pages) {
        await own.evaluate("document.querySelector('h2')?.setAttribute('data-former', '')");
        await own.goto(`${address}#${each}`);
        await own.locator('h2:not([data-former])').waitFor();
        expect([each, await barriers(own.mainFrame(), without)]).toEqual([each, []]);
        const overflow = await own.evaluate('document.documentElement.scrollWidth - window.innerWidth');
        expect([each, overflow]).toEqual([each, 0]);
      }
      expect(await own.evaluate('document.documentElement.lang')).toBe(language);
      await own.close();
    },
    60_000,
  );
});
