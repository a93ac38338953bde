import { join } from 'node:path';
import { startPlugin } from '../../plugin/compose';
import { validateConfig } from '../../plugin/config/load';
import { provideSecrets } from '../../plugin/config/secrets';
import type { ActivityEntry } from '../../plugin/bridge/ports';
import { openLog } from '../../plugin/log/logger';
import { openMessageStore } from '../../plugin/store/messageStore';
import { version } from '../../plugin/version';
import { HostSimulator } from '../../test/simulators/host';
import { serve } from '../../test/simulators/serve';
import { XSimulator } from '../../test/simulators/x';
import { pageApp } from './pageApp';

export interface SandboxOptions {
  dataDir: string;
  /** 0 for any free port. */
  pagePort: number;
  pluginPort: number;
}

export interface Sandbox {
  url: string;
  logDir: string;
  stop(): Promise<void>;
}

/** What the page plays with. */
export interface Stage {
  x: XSimulator;
  host: HostSimulator;
  brandId: string;
  customers: { id: string; username: string; name: string }[];
  activity: ActivityEntry[];
}

const brandId = '900000000000000001';
const customers = [
  { id: '1700000000000000021', username: 'jane_doe', name: 'Jane Doe' },
  { id: '1700000000000000022', username: 'max_power', name: 'Max Power' },
];

/** In the sandbox nobody should have to wait a quarter of an hour. */
const generous = { 'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 1000, seconds: 900 } };

/** How many steps the page shows at most. */
const mostActivity = 400;

/** Where X finds the host on the simulated internet. */
const publicHost = 'https://motion.example.com';

/** Starts the plugin between simulators of X and of the host, with a page to play both ends. */
export async function startSandbox({ dataDir, pagePort, pluginPort }: SandboxOptions): Promise<Sandbox> {
  const host = await HostSimulator.start();
  const x = await XSimulator.start({
    limits: generous,
    media: { processingSteps: 1 },
    resolve: (url) => url.replace(publicHost, host.url),
  });
  const keys = x.addBrand(brandId, 'acme_help', 'ACME Help');
  for (const customer of customers) x.world.addUser(customer);
  const account = host.addAccount({ name: 'X – ACME Help', mapKey: 'twitter' });
  const activity: ActivityEntry[] = [];
  let changed = () => {};
  const { plugin, logs, replyUrl } = await startPluginFor(
    { x, host, keys, accountId: account.id, dataDir, pluginPort },
    (entry) => {
      activity.push(entry);
      activity.splice(0, activity.length - mostActivity);
      changed();
    },
  );
  account.replyUrl = replyUrl;
  const page = pageApp({ x, host, brandId, customers, activity });
  ({ changed } = page);
  host.onMessage = changed;
  x.onSent = changed;
  x.onPosted = (post) => {
    changed();
    void x.feed.publish({ kind: 'post', post });
  };
  const served = await serve(page.app, pagePort).catch(async (error: unknown) => {
    await plugin.stop();
    throw error;
  });
  await registered(plugin.port);
  return {
    url: `${served.url}/`,
    logDir: logs.dir,
    stop: async () => {
      await served.close();
      await plugin.stop();
      await Promise.all([x.close(), host.close(), logs.close()]);
    },
  };
}

/** The plugin registers its webhook by itself; until then nobody would hear a customer. */
async function registered(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    const health = (await response.json()) as { accounts: { acme: { webhook: { state: string } } } };
    if (health.accounts.acme.webhook.state !== 'starting') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

interface PluginSetUp {
  x: XSimulator;
  host: HostSimulator;
  keys: Record<string, string>;
  accountId: number;
  dataDir: string;
  pluginPort: number;
}

async function startPluginFor(setUp: PluginSetUp, onActivity: (entry: ActivityEntry) => void) {
  const { x, host, keys, accountId, dataDir, pluginPort } = setUp;
  const config = validateConfig({
    dataDir,
    log: { dir: join(dataDir, 'log'), messageText: 'full' },
    host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
    x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
    accounts: [
      {
        name: 'acme',
        ...keys,
        webhookUrl: host.webhookUrl(pluginPort, '/api/messages').replace(host.url, publicHost),
        openChannelAccountId: accountId,
        mentions: { active: true, deepLink: true, agentInitials: true },
      },
    ],
  });
  const store = openMessageStore(dataDir, () => Date.now());
  const secrets = provideSecrets(config);
  const logs = openLog({
    ...config.log,
    fallbackDir: join(dataDir, 'logs'),
    secrets: [secrets.replyToken, secrets.adminPassword, ...Object.values(keys)],
    console: false,
  });
  const listening = { ...config, port: pluginPort };
  const plugin = await startPlugin({
    config: listening,
    secrets,
    store,
    logs,
    version,
    onActivity,
  });
  return { plugin, logs, replyUrl: `http://127.0.0.1:${plugin.port}/api/reply?token=${secrets.replyToken}` };
}
