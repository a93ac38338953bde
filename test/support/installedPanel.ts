import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { version } from '../../plugin/app/version';
import { HostSimulator } from '../simulators/host';
import { XSimulator } from '../simulators/x';
import { launchBrowser } from './browser';
import { freePort, PluginProcess } from './process';
import { brandId, customer } from './rig';
import { buildZip, unpack } from './zip';

const zipName = `openchannel-x-${version}`;

/** The plugin as the AppZone installs it from its zip, both simulators, and the panel in a browser. */
export class InstalledPanel {
  readonly password = 'correct horse battery';
  plugin!: PluginProcess;

  private constructor(
    readonly folder: string,
    readonly x: XSimulator,
    readonly host: HostSimulator,
    readonly accountId: number,
    readonly port: number,
    private readonly script: string,
    readonly browser: Browser,
    readonly page: Page,
    /** The panel inside Motion's page. */
    readonly panel: FrameLocator,
  ) {}

  /** @param locale the browser's language @param config what the plugin's file holds before anybody sets it up */
  static async open(
    locale = 'en-US',
    config: (x: XSimulator, folder: string) => object = () => ({}),
  ): Promise<InstalledPanel> {
    const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-zip-'));
    const zip = buildZip(folder);
    const x = await XSimulator.start();
    const host = await HostSimulator.start();
    x.publicOrigin = host.url;
    x.addBrand(brandId, 'acme_help', 'ACME Help');
    x.world.addUser(customer);
    const accountId = host.addAccount({ name: 'X – ACME Help', mapKey: 'twitter' }).id;
    const { script, manifest } = unpack(zip, zipName, join(folder, 'plugins'));
    mkdirSync(join(folder, 'plugins', 'openchannel-x-data'), { recursive: true });
    writeFileSync(
      join(folder, 'plugins', 'openchannel-x-data', 'plugin.config.json'),
      JSON.stringify(config(x, folder)),
    );
    host.installed = { folder: join(folder, 'plugins', zipName), view: manifest.parameters.views.admin };
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 960 }, locale });
    // Sooner than the test is given up, so that it says what it waited for.
    page.setDefaultTimeout(12_000);
    page.on('dialog', (dialog) => void dialog.accept());
    const panel = page.frameLocator('iframe');
    const port = await freePort();
    const opened = new InstalledPanel(folder, x, host, accountId, port, script, browser, page, panel);
    opened.start();
    await opened.plugin.ready();
    return opened;
  }

  get dataDir(): string {
    return join(this.folder, 'plugins', 'openchannel-x-data', 'data');
  }

  get installedFolder(): string {
    return join(this.folder, 'plugins', zipName);
  }

  start(): void {
    const environment = { PORT: String(this.port), HOME: this.folder };
    this.plugin = PluginProcess.run([this.script], this.port, process.execPath, environment);
  }

  async close(): Promise<void> {
    await this.browser.close();
    expect(await this.plugin.stop()).toBe(0);
    await this.x.close();
    await this.host.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  fill(label: string, value: string): Promise<void> {
    return this.panel.getByLabel(label, { exact: true }).fill(value);
  }

  press(name: string): Promise<void> {
    return this.panel.getByRole('button', { name, exact: true }).click();
  }
}
