import { resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, shoot, withBrowser } from '../support/browser';
import { pngOf } from '../support/files';
import { freePort, PluginProcess } from '../support/process';
import { barriers } from '../support/readable';
import { until } from '../support/until';

withBrowser('the sandbox in a browser', () => {
  let sandbox: PluginProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const [pagePort, pluginPort] = [await freePort(), await freePort()];
    sandbox = PluginProcess.run([resolve('scripts/start.js')], pluginPort, process.execPath, {
      SANDBOX_PORT: String(pagePort),
      PORT: String(pluginPort),
    });
    await sandbox.ready();
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`http://127.0.0.1:${pagePort}/`);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    expect(await sandbox.stop('SIGINT')).toBe(0);
  });

  const phone = () => page.getByRole('log', { name: 'Direct Messages' });
  const desk = () => page.getByRole('log', { name: 'Interaction' });
  const write = async (
    who: 'customer' | 'agent',
    text: string,
    file?: { name: string; mimeType: string; buffer: Buffer },
  ) => {
    if (file) await page.getByLabel(who === 'customer' ? 'Picture' : 'File').setInputFiles(file);
    await page.getByLabel(`Message as ${who}`).fill(text);
    await page.getByLabel(`Send as ${who}`).click();
  };
  const picture = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer });

  test('its first lines say what it is', async () => {
    expect(sandbox.output).toMatch(/^openchannel-x SANDBOX/);
    await until(() => sandbox.output.includes('Open this page:'), 'the address of the page');
  });

  test('two customers write, with a picture; the agent answers each, with a picture', async () => {
    await write('customer', 'Hi! My order #4711 arrived broken 😕');
    await desk().getByText('My order #4711 arrived broken').waitFor();
    await write('customer', 'Here is a photo', picture('broken.png', pngOf(240, 150, [226, 81, 59])));
    await desk().getByRole('img').waitFor();
    await write('agent', 'Oh no, I am sorry, Jane. A new one is on its way: https://acme.example/track/4711');
    await phone().getByText('A new one is on its way: https://acme.example/track/4711').waitFor();
    await page.getByText('Sent: X has it.').waitFor();
    await page.getByRole('button', { name: 'Max Power', exact: true }).click();
    await write('customer', 'Do you ship to Norway?');
    await page.getByRole('button', { name: 'Max Power @max_power' }).click();
    await desk().getByText('Do you ship to Norway?').waitFor();
    await write(
      'agent',
      'We do, in 3 to 5 days. The rates are in here:',
      picture('rates.png', pngOf(240, 150, [17, 122, 75])),
    );
    await phone().getByRole('img').waitFor();
    await phone().getByText('We do, in 3 to 5 days').waitFor();
    expect(await phone().getByText('broken').count()).toBe(0);
    expect(await page.locator('#journeys > li.delivered').count()).toBe(5);
    await page.getByRole('button', { name: 'Jane Doe', exact: true }).click();
    await page.getByRole('button', { name: 'Jane Doe @jane_doe' }).click();
    await desk().getByText('A new one is on its way').waitFor();
    await shoot(page, 'sandbox');
  });

  test('a customer posts in public, naming the brand, and deletes the post', async () => {
    await page.getByLabel('in public').check();
    await write('customer', 'is anybody there?');
    await page.getByRole('button', { name: 'Jane Doe @jane_doe · post' }).click();
    await desk().getByText('@acme_help is anybody there?').waitFor();
    await write('agent', 'We are, Jane. What can we do?');
    await phone().getByText('@jane_doe We are, Jane. What can we do? - A.L').waitFor();
    await page.getByText('Sent: X has it.').waitFor();
    await page.getByRole('button', { name: 'delete' }).click();
    await desk().getByText('The customer deleted a post of this conversation on X').waitFor();
    await phone().getByText('is anybody there?').waitFor({ state: 'detached' });
    await page.getByLabel('in public').uncheck();
    await shoot(page, 'sandbox-public');
  });

  test('a customer writes encrypted, with a picture; the answer is encrypted too, and a lock shows it on both sides', async () => {
    await page.getByRole('button', { name: 'Max Power', exact: true }).click();
    await page.getByLabel('write encrypted').check();
    await write('customer', 'My card ends in 4242, is that a problem?');
    await page.getByRole('button', { name: 'Max Power @max_power' }).click();
    await desk().getByText('My card ends in 4242').waitFor();
    await write('customer', 'This is what I see', picture('screen.png', pngOf(240, 150, [120, 80, 200])));
    await desk().getByText('This is what I see').waitFor();
    await write('agent', 'Not at all. Look:', picture('ok.png', pngOf(240, 150, [17, 122, 75])));
    await phone().getByText('Not at all. Look:').waitFor();
    await page.getByText('Sent: X has it.').waitFor();
    const locks = (where: ReturnType<typeof phone>) => where.getByRole('img', { name: 'encrypted' }).count();
    await until(
      async () => (await locks(phone())) === 3 && (await locks(desk())) === 3,
      'three locks on each side',
    );
    const width = "document.querySelector('#phone-messages .bubble:last-child img').naturalWidth";
    await until(async () => (await page.evaluate(width)) === 240, 'the picture on the phone');
    await page.getByLabel('write encrypted').uncheck();
    await shoot(page, 'sandbox-encrypted');
  });

  test('a PDF goes out encrypted; in plain, where X does not take it, it is refused in words', async () => {
    const pdf = { name: 'terms.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') };
    await page.getByRole('button', { name: 'Max Power @max_power' }).click();
    await write('agent', 'Our terms', pdf);
    await phone().getByText('terms.pdf').waitFor();
    await page.getByRole('button', { name: 'Jane Doe @jane_doe X – ACME Help', exact: true }).click();
    await write('agent', '', pdf);
    await page
      .getByText('Not sent: X cannot take the file "terms.pdf": only png, jpeg, gif and mp4 can be sent.')
      .waitFor();
    await page.getByRole('button', { name: 'Max Power @max_power' }).click();
  });

  test('the phone writes to the second brand as well, each in its own conversation', async () => {
    const brand = page.getByLabel('Write to');
    await brand.selectOption('ACME Italia @acme_italia');
    await write('customer', 'Ciao');
    await phone().getByText('Ciao').waitFor();
    await brand.selectOption('ACME Help @acme_help');
    await phone().getByText('Ciao').waitFor({ state: 'detached' });
  });

  test('the host goes down and comes back: what was written meanwhile arrives', async () => {
    await page.getByRole('button', { name: 'Max Power', exact: true }).click();
    await page.getByRole('button', { name: 'Take the host down' }).click();
    await page.getByRole('button', { name: 'The host is down: bring it back' }).waitFor();
    await write('customer', 'Are you still there?');
    await page.locator('#journeys > li.waiting').waitFor();
    expect(await desk().getByText('Are you still there?').count()).toBe(0);
    await page.getByRole('button', { name: 'The host is down: bring it back' }).click();
    await desk().getByText('Are you still there?').waitFor();
  });

  describe('the panel, opened beside it', () => {
    let panel: Page;
    let address: string;

    beforeAll(async () => {
      address = `http://127.0.0.1:${sandbox.port}/panel/`;
      panel = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
      await panel.goto(address);
      await panel.getByLabel('Password', { exact: true }).fill('sandbox-admin');
      await panel.getByRole('button', { name: 'Sign in' }).click();
      await panel.getByRole('link', { name: 'Accounts', exact: true }).click();
      await panel.getByRole('link', { name: 'Automation' }).click();
      await panel.getByRole('heading', { name: 'Automation for "acme"' }).waitFor();
      await page.getByRole('button', { name: 'Ana Souza', exact: true }).click();
    });

    const part = (name: string) => panel.getByRole('group', { name, exact: true });
    const save = async (words: string) => {
      await panel.getByRole('button', { name: 'Save' }).click();
      await panel.getByText(words).waitFor();
    };

    test('sets working hours; a customer who writes outside them is told so, and the agent has the message', async () => {
      const hours = part('Working hours');
      await hours.getByLabel('Send an out-of-hours notice').check();
      await hours.getByLabel('Hours on workdays').getByRole('button', { name: 'Add a time' }).click();
      for (const day of await hours.getByRole('checkbox', { name: /day$/ }).all()) await day.uncheck();
      await hours.getByLabel('What customers are told').fill('Hello ${nick}, we are closed.');
      await save('Time zone: is missing');
      await panel.getByText('What customers are told: knows no variable ${nick}').waitFor();
      await hours.getByLabel('Time zone').selectOption('Europe/Rome');
      await hours.getByText(/Now in Europe\/Rome .*: closed\./).waitFor();
      await hours.getByLabel('What customers are told').fill('Hello ${nickName}, we are closed.');
      await hours.getByText('Hello Jane Doe, we are closed.').waitFor();
      await save('Saved.');
      await panel.evaluate('window.scrollTo(0, 0)');
      await shoot(panel, 'panel-automation');
      await write('customer', 'Is anybody there?');
      await phone().getByText('Hello Ana Souza, we are closed.').waitFor();
      await page.getByRole('button', { name: 'Ana Souza @ana_souza' }).click();
      await desk().getByText('Is anybody there?').waitFor();
      await hours.getByLabel('Send an out-of-hours notice').uncheck();
      await save('Saved.');
    });

    test('lets a bot answer, until the customer asks for an agent, who sees what was said', async () => {
      const bot = part('Bot');
      await bot.getByLabel('Let a bot reply first').check();
      await save('Saved.');
      await write('customer', 'When are you open?');
      await phone().getByText('We are open from nine to six.').waitFor();
      expect(await desk().getByText('When are you open?').count()).toBe(0);
      await write('customer', 'I want to talk to a HUMAN, please');
      await desk().getByText('I want to talk to a HUMAN, please').waitFor();
      await desk().getByText('Bot: We are open from nine to six.').waitFor();
      await shoot(page, 'sandbox-bot');
      await bot.getByLabel('Let a bot reply first').uncheck();
      await save('Saved.');
    });

    test('shows reports, and is readable', async () => {
      await panel.getByRole('link', { name: 'Reports', exact: true }).click();
      await panel.getByRole('button', { name: 'Show' }).click();
      await panel.getByRole('columnheader', { name: 'acme' }).waitFor();
      await shoot(panel, 'panel-report');
      expect(await barriers(panel.mainFrame())).toEqual([]);
      await panel.goto(`${address}#automation/acme`);
      await panel.getByRole('heading', { name: 'Automation for "acme"' }).waitFor();
      expect(await barriers(panel.mainFrame())).toEqual([]);
      await panel.setViewportSize({ width: 360, height: 800 });
      expect(await panel.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBe(0);
      await panel.goto(`${address}#privacy`);
      await panel.getByRole('heading', { name: 'Privacy' }).waitFor();
      expect(await barriers(panel.mainFrame())).toEqual([]);
    });
  });

  test('leads to the panel with its password, and has what a second account needs', async () => {
    expect(await page.getByRole('link', { name: 'Open the panel' }).getAttribute('href')).toMatch(
      /\/appzone$/,
    );
    await page.getByText('password sandbox-admin').waitFor();
    await page.getByText('What to try').click();
    await page.getByText('second-client-secret').waitFor();
    await page.getByText('What to try').click();
  });

  test('on a narrow screen everything is still within reach', async () => {
    await page.setViewportSize({ width: 360, height: 900 });
    const overflow = () => page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
    await until(async () => Number(await overflow()) <= 0, 'no sideways scrolling');
    await shoot(page, 'sandbox-narrow');
    const desk = page.getByRole('region', { name: "Agent's desk" });
    expect(await desk.isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Agent', exact: true }).click();
    await desk.waitFor();
    expect(await page.getByRole('region', { name: 'Customer on X' }).isVisible()).toBe(false);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});
