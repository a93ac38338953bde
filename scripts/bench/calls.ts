import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costsByDay } from '../../plugin/admin/prices';
import { startPlugin } from '../../plugin/app/app';
import { ConfigFile } from '../../plugin/settings/configFile';
import { provideSecrets } from '../../plugin/settings/secrets';
import { openLog } from '../../plugin/log/logger';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { version } from '../../plugin/app/version';
import { HostSimulator } from '../../test/simulators/host';
import type { HostAccount } from '../../test/simulators/host/state';
import { XSimulator } from '../../test/simulators/x';
import type { Figure } from './figure';
import { freePort } from './stage';

const messages = 1_000;
const customers = 50;
const brandId = '900000000000000001';
const minute = 60_000;

/** What a thousand messages and their answers cost at X: counted, so that one run tells it. */
export async function calls(): Promise<Figure[]> {
  const [direct, inPublic] = [await count('message'), await count('post')];
  return [
    ...figuresOf('1,000 Direct Messages in, and answered', direct),
    ...figuresOf('1,000 mentions in, and answered', inPublic),
  ];
}

interface Count {
  calls: number;
  dollars: number;
}

function figuresOf(what: string, count: Count): Figure[] {
  return [
    { name: `${what}: calls of X`, value: String(count.calls) },
    { name: `${what}: estimated cost`, value: `$${count.dollars.toFixed(2)}` },
  ];
}

async function count(kind: 'message' | 'post'): Promise<Count> {
  const boundless = { calls: 1_000_000, seconds: 900 };
  const x = await XSimulator.start({
    limits: {
      'POST /2/dm_conversations/with/{participant_id}/messages': boundless,
      'POST /2/tweets': boundless,
    },
  });
  const host = await HostSimulator.start();
  const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-bench-'));
  const account = host.addAccount({ name: 'bench', mapKey: 'twitter' });
  const keys = x.addBrand(brandId, 'bench', 'Bench');
  x.publicOrigin = host.url;
  const { plugin, store, logs } = await start(folder, x, host, keys, account);
  await until(async () => (await fetch(`http://127.0.0.1:${plugin.port}/health`)).ok);
  await until(() => x.subscriptions.list.some(({ eventType }) => eventType === 'post.mention.create'));
  const before = x.traffic.length;
  for (let index = 0; index < messages; index += 1) {
    const from = String(1_700_000_000_000_000_000n + BigInt(index % customers));
    if (index < customers) x.world.addUser({ id: from, username: `customer_${index}`, name: 'A customer' });
    if (kind === 'message')
      await x.feed.publish({ kind, message: x.world.addMessage(from, brandId, `hello ${index}`) });
    else await x.feed.publish({ kind, post: x.world.addPost(from, `@bench hello ${index}`) });
  }
  const received = () => host.state.messages.filter(({ direction }) => direction === 'in').length;
  await until(() => received() === messages);
  for (let index = 0; index < messages; index += 1) {
    const interaction = host.state.interactions[index % host.state.interactions.length];
    if (interaction) await host.agentWrites(interaction, `answer ${index}`);
  }
  const made = x.traffic.length - before;
  const [costs] = costsByDay(await store.charges.since('bench', Date.now() - minute));
  await plugin.stop();
  await Promise.all([x.close(), host.close(), logs.close()]);
  rmSync(folder, { recursive: true, force: true });
  return { calls: made, dollars: costs?.dollars ?? 0 };
}

async function start(
  folder: string,
  x: XSimulator,
  host: HostSimulator,
  keys: Record<string, unknown>,
  account: HostAccount,
) {
  const port = await freePort();
  const file = new ConfigFile(join(folder, 'plugin.config.json'), {});
  file.save({
    port,
    dataDir: folder,
    log: { dir: join(folder, 'log') },
    host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
    x: { apiBaseUrl: x.url },
    accounts: [
      {
        name: 'bench',
        ...keys,
        webhookUrl: host.webhookUrl(port, '/api/messages'),
        openChannelAccountId: account.id,
        mentions: { active: true },
      },
    ],
  });
  const config = file.load();
  const secrets = provideSecrets(config);
  const store = await openMessageStore(folder, () => Date.now());
  const logs = openLog({ ...config.log, fallbackDir: folder, secrets: [], console: false });
  const plugin = await startPlugin({
    config,
    secrets,
    store,
    logs,
    version,
    chatThread: join(__dirname, '..', '..', 'plugin', 'chatThread.js'),
  });
  account.replyUrl = `http://127.0.0.1:${port}/api/reply?token=${secrets.replyToken}`;
  return { plugin, store, logs };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
