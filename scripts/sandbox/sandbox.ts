import { join } from 'node:path';
import { startPlugin } from '../../plugin/app/app';
import { ConfigFile } from '../../plugin/settings/configFile';
import { allSecrets, provideSecrets } from '../../plugin/settings/secrets';
import type { ActivityEntry } from '../../plugin/core/ports';
import { openLog } from '../../plugin/log/logger';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { version } from '../../plugin/app/version';
import { KeyFile } from '../../plugin/x/chat/keyFile';
import { BotSimulator } from '../../test/simulators/bot';
import { HostSimulator } from '../../test/simulators/host';
import { serve } from '../../test/simulators/serve';
import { XSimulator } from '../../test/simulators/x';
import type { ChatPerson } from '../../test/simulators/x/chat/chatPerson';
import { pageApp } from './pageApp';

export interface SandboxOptions {
  dataDir: string;
  /** 0 for any free port. */
  pagePort: number;
  pluginPort: number;
}

export interface Sandbox {
  url: string;
  /** The panel, in the frame of the simulated host. */
  panelUrl: string;
  logDir: string;
  stop(): Promise<void>;
}

/** An account of X that customers write to. */
export interface Brand {
  id: string;
  username: string;
  name: string;
}

/** What the page plays with. */
export interface Stage {
  x: XSimulator;
  host: HostSimulator;
  /** The first of the brands, which is set up already. */
  brandId: string;
  brands: Brand[];
  customers: { id: string; username: string; name: string }[];
  /** The customers as they write encrypted, by their ids. */
  chatPeople: Map<string, ChatPerson>;
  activity: ActivityEntry[];
  /** What the page says of the panel, and of an account that can be added there. */
  about: { panelUrl: string; panelPassword: string; second: { id: string; secret: string } };
}

/** For trying to add an account: a user with an app of their own. */
const second = {
  user: { id: '900000000000000002', username: 'acme_italia', name: 'ACME Italia' },
  app: { id: 'second-client-id', secret: 'second-client-secret' },
};

const accountName = 'acme';
const brandId = '900000000000000001';
const first = { id: brandId, username: 'acme_help', name: 'ACME Help' };
const customers = [
  { id: '1700000000000000021', username: 'jane_doe', name: 'Jane Doe' },
  { id: '1700000000000000022', username: 'max_power', name: 'Max Power' },
  { id: '1700000000000000023', username: 'ana_souza', name: 'Ana Souza' },
];

/** In the sandbox nobody should have to wait a quarter of an hour. */
const generous = { 'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 1000, seconds: 900 } };

/** What opens the panel in the sandbox. */
export const panelPassword = 'sandbox-admin';

/** The panel's built page. */
const panelDir = join(__dirname, '..', '..', 'panel');

/** How many steps the page shows at most. */
const maxActivity = 400;

/** Starts the plugin between simulators of X and of the host, with a page to play both ends. */
export async function startSandbox({ dataDir, pagePort, pluginPort }: SandboxOptions): Promise<Sandbox> {
  const host = await HostSimulator.start();
  const bot = await BotSimulator.start();
  const x = await XSimulator.start({
    limits: generous,
    media: { processingSteps: 1 },
  });
  const keys = x.addBrand(first.id, first.username, first.name);
  for (const customer of customers) x.world.addUser(customer);
  const chatPeople = new Map<string, ChatPerson>();
  for (const { id } of customers) chatPeople.set(id, await x.chatPerson(id));
  await giveChatKeys(dataDir, await x.chatPerson(brandId));
  x.publicOrigin = host.url;
  // As entered in the app's settings at X, so that the panel can connect with OAuth 2.0.
  const callback = `${host.url}/api/plugins/webhook?port=${pluginPort}&encoding=binary&path=/api/oauth2/callback`;
  x.oauth2.client.redirectUris.push(callback);
  addSecond(x, callback);
  host.installed = { folder: join(panelDir, '..'), view: `panel/index.html?port=${pluginPort}` };
  const account = host.addAccount({ name: 'X – ACME Help', mapKey: 'twitter' });
  host.addAccount({ name: 'X – ACME Italia', mapKey: 'twitter' });
  const activity: ActivityEntry[] = [];
  let changed = () => {};
  const { plugin, logs, replyUrl } = await startPluginFor(
    { x, host, keys, accountId: account.id, botUrl: bot.url, dataDir, pluginPort },
    (entry) => {
      activity.push(entry);
      activity.splice(0, activity.length - maxActivity);
      changed();
    },
  );
  account.replyUrl = replyUrl;
  const about = { panelUrl: `${host.url}/appzone`, panelPassword, second: second.app };
  const page = pageApp({
    x,
    host,
    brandId,
    brands: [first, second.user],
    customers,
    chatPeople,
    activity,
    about,
  });
  ({ changed } = page);
  follow(x, host, changed);
  const served = await serve(page.app, pagePort).catch(async (error: unknown) => {
    await plugin.stop();
    throw error;
  });
  await registered(plugin.port);
  return {
    url: `${served.url}/`,
    panelUrl: `${host.url}/appzone`,
    logDir: logs.dir,
    stop: async () => {
      await served.close();
      await plugin.stop();
      await Promise.all([x.close(), host.close(), bot.close(), logs.close()]);
    },
  };
}

/** A second brand, whose app is allowed by that brand, whoever is signed in on x.com. */
function addSecond(x: XSimulator, callback: string): void {
  const { user, app } = second;
  const { visitor } = x;
  x.addBrand(user.id, user.username, user.name);
  x.visitor = visitor;
  x.oauth2.furtherClients.push({ ...app, redirectUris: [callback], visitor: user });
}

/** The brand's device has keys for encrypted chat, and the plugin a copy of them. */
async function giveChatKeys(dataDir: string, brand: ChatPerson): Promise<void> {
  const about = { userId: brandId, version: brand.keyVersion, fingerprint: brand.fingerprint };
  const file = new KeyFile(dataDir, accountName, '');
  await file.save({ ...about, origin: 'imported', savedAt: new Date().toISOString() }, brand.exportKeys());
}

/** The page shows what happens at both ends, and X tells of posts that the plugin published. */
function follow(x: XSimulator, host: HostSimulator, changed: () => void): void {
  host.onMessage = changed;
  x.onSent = changed;
  const { onEvent } = x.chat;
  x.chat.onEvent = async (event, conversation) => {
    changed();
    await onEvent(event, conversation);
  };
  x.onPosted = (post) => {
    changed();
    void x.feed.publish({ kind: 'post', post });
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
  keys: Record<string, unknown>;
  accountId: number;
  botUrl: string;
  dataDir: string;
  pluginPort: number;
}

async function startPluginFor(setUp: PluginSetUp, onActivity: (entry: ActivityEntry) => void) {
  const { x, host, keys, accountId, botUrl, dataDir, pluginPort } = setUp;
  const file = new ConfigFile(join(dataDir, 'plugin.config.json'), {});
  file.save({
    port: pluginPort,
    dataDir,
    admin: { password: panelPassword },
    log: { dir: join(dataDir, 'log'), messageText: 'full' },
    host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
    x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
    accounts: [
      {
        name: accountName,
        ...keys,
        webhookUrl: host.webhookUrl(pluginPort, '/api/messages'),
        openChannelAccountId: accountId,
        mentions: { active: true, deepLink: true, agentInitials: true },
        // Off, as everything around a conversation: it is switched on in the panel.
        bot: { url: botUrl },
      },
    ],
  });
  const config = file.load();
  const store = await openMessageStore(dataDir, () => Date.now());
  const secrets = provideSecrets(config);
  const logs = openLog({
    ...config.log,
    fallbackDir: join(dataDir, 'logs'),
    secrets: allSecrets(config, secrets),
    console: false,
  });
  const plugin = await startPlugin({
    config,
    panel: { file, dir: panelDir },
    secrets,
    store,
    logs,
    version,
    chatThread: join(__dirname, '..', '..', 'plugin', 'chatThread.js'),
    onActivity,
  });
  return { plugin, logs, replyUrl: `http://127.0.0.1:${plugin.port}/api/reply?token=${secrets.replyToken}` };
}
