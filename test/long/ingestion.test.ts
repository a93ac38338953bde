import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostSimulator } from '../simulators/host';
import { XSimulator } from '../simulators/x';
import { freePort, PluginProcess } from '../support/process';
import type { HealthBody } from '../support/health';
import { until } from '../support/until';

const brandId = '900000000000000001';
const customer = '1700000000000000021';
const publicHost = 'https://motion.example.com';

let folder: string;
let x: XSimulator;
let host: HostSimulator;
let running: PluginProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openchannel-x-e2e-'));
  host = await HostSimulator.start();
  x = await XSimulator.start({ resolve: (url) => url.replace(publicHost, host.url) });
});

afterEach(async () => {
  if (running?.exitCode === undefined) await running?.stop('SIGKILL');
  await x.close();
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

const bodies = () =>
  host.state.messages.filter(({ direction }) => direction === 'in').map(({ body }) => body);

async function supplied(plugin: PluginProcess): Promise<void> {
  await until(async () => {
    const health = (await (await fetch(`${plugin.url}/health`)).json()) as HealthBody;
    return ['ok', 'quiet'].includes(health.accounts['support']!.webhook.state);
  }, 'the supply');
}

// The built product with its own clock and node-cron; through the host's proxy where X calls.
test.each(['activity', 'activity-stream', 'account-activity', 'poll'])(
  '%s: killed and started again, nothing of what was written meanwhile is missing',
  async (delivery) => {
    const keys = x.addBrand(brandId, 'brand', 'Brand');
    x.world.addUser({ id: customer, username: 'jane_doe', name: 'Jane Doe' });
    const account = host.addAccount();
    const port = await freePort();
    const webhookUrl = host.webhookUrl(port, '/api/messages').replace(host.url, publicHost);
    const start = async () => {
      running = PluginProcess.start(folder, {
        port,
        dataDir: join(folder, 'data'),
        log: { dir: join(folder, 'log') },
        host: { baseUrl: host.url, username: host.options.username, password: host.options.password },
        x: { apiBaseUrl: x.url, mediaHosts: [new URL(x.url).host] },
        accounts: [{ name: 'support', ...keys, webhookUrl, delivery, openChannelAccountId: account.id }],
      });
      await running.ready();
      await supplied(running);
      if (delivery === 'activity-stream') await until(() => x.stream.isOpen, 'the stream');
      return running;
    };
    const says = (text: string) =>
      x.feed.publish({ kind: 'message', message: x.world.addMessage(customer, brandId, text) });

    await says('before the first start');
    // Reading starts a second before the first start, and X knows times to the second.
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const first = await start();
    await first.stop('SIGKILL');
    await says('while it was dead');
    await start();
    await until(() => bodies().length >= 1, 'what was missed');
    if (delivery !== 'poll') await says('and on');
    await until(() => bodies().length >= (delivery === 'poll' ? 1 : 2), 'what came after');
    expect(bodies()).toEqual(['while it was dead', ...(delivery === 'poll' ? [] : ['and on'])]);
  },
  30_000,
);
