import '../../plugin/launcher/requireNode';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { panelPassword, startSandbox } from './sandbox';

/** The page's port; the plugin itself keeps its usual one. */
const pagePort = Number(process.env['SANDBOX_PORT'] ?? 3000);
const pluginPort = Number(process.env['PORT'] ?? 3002);

async function run(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'openchannel-x-sandbox-'));
  say('openchannel-x SANDBOX: there is no plugin.config.json here, so the plugin runs against');
  say('simulators of X and of the host. Nothing leaves this machine.');
  try {
    const sandbox = await startSandbox({ dataDir, pagePort, pluginPort });
    say('');
    say(`  Open this page:   ${sandbox.url}`);
    say(`  The plugin:       http://127.0.0.1:${pluginPort}/health`);
    say(`  Its panel:        ${sandbox.panelUrl} (password: ${panelPassword})`);
    say(`  Its log:          ${sandbox.logDir}`);
    say('');
    say('Write as a customer on the left, answer as an agent on the right. Ctrl+C stops it.');
    const stop = () => {
      void sandbox.stop().finally(() => {
        rmSync(dataDir, { recursive: true, force: true });
        process.exit(0);
      });
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
    if (code === 'EADDRINUSE')
      process.stderr.write(
        `port ${port ?? ''} is in use: stop the other program, or set PORT (plugin) or SANDBOX_PORT (page)\n`,
      );
    else process.stderr.write(`the sandbox could not start: ${message}\n`);
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(1);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

void run();
