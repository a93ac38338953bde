import './launcher/requireNode';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pause, systemClock } from './core/clock';
import type { MessageStore } from './core/ports';
import { reasonOf } from './core/errors';
import { ConfigFile } from './settings/configFile';
import { ConfigError } from './settings/load';
import { locateConfig } from './settings/location';
import type { Config } from './settings/schema';
import { SharedFiles, takeShared } from './settings/sharedFiles';
import { allSecrets, provideSecrets, type Secrets } from './settings/secrets';
import { startPlugin, type Plugin } from './app/app';
import { runBackup } from './commands/backup';
import { readCommandLine, usage, UsageError, type CommandLine } from './commands/commandLine';
import { runForget } from './commands/forget';
import { TextBox } from './disk/textBox';
import { Passwords } from './admin/passwords';
import { runCopyStore } from './commands/copyStore';
import { openLog, type OpenLog } from './log/logger';
import { isDown } from './store/postgres/faults';
import { openPostgresStore } from './store/postgres/messageStore';
import { claimDataDirectory, DataDirectoryError, DataDirectoryInUse } from './store/sqlite/dataDirectory';
import { openMessageStore } from './store/sqlite/messageStore';
import { phrase } from './texts/text';
import { version } from './app/version';

/** EX_CONFIG of sysexits.h: something is wrong in the configuration. */
const badConfiguration = 78;

/** EX_USAGE of sysexits.h: the command was called in a wrong way. */
const badUsage = 64;

/** A former process gets this long to give up the data directory, in milliseconds. */
const maxHandOver = 3_000;

/** A database that cannot be used is tried again so soon, in milliseconds. */
const connectAgainMs = 1_000;

/** What is in flight gets this long when the process is asked to stop, in milliseconds. */
const maxStop = 10_000;

/** Telling other processes what was not finished gets this long, in milliseconds. */
const maxGiveUp = 1_000;

/** Closing the log gets this long where the process has to end at once, in milliseconds. */
const maxLogClose = 1_000;

/** The top folder: of the build, or of a plugin unpacked from the zip. */
const top = join(__dirname, '..');

async function run(): Promise<void> {
  try {
    const line = readCommandLine(process.argv.slice(2));
    if (line.command === 'help') {
      print(usage);
      return;
    }
    if (line.command === 'copy-store') {
      await tellOutcome(runCopyStore(line.from, line.to, (words) => print(`${words}\n`)));
      return;
    }
    const { file, config } = loadConfig(line);
    if (line.command === 'run') await runPlugin(file, config);
    else
      await tellOutcome(
        line.command === 'forget' ? runForget(config, line.user) : runBackup(config, line.folder),
      );
  } catch (error) {
    fail(error);
  }
}

async function runPlugin(file: ConfigFile, started: Config): Promise<void> {
  const dataKey = file.variable('DATA_KEY');
  const local = started.store.url === '' ? await openLocalStore(started.dataDir) : undefined;
  if (!local) await whenFree(() => claimDataDirectory(started.dataDir));
  if (!local && dataKey === '') throw new ConfigError([phrase('cluster.needsDataKey')]);
  const own = local && provideSecrets(started);
  const logs = openLog({
    ...started.log,
    fallbackDir: join(started.dataDir, 'logs'),
    secrets: [...allSecrets(started, own), dataKey],
    console: true,
  });
  catchDefects(logs);
  const store = local ?? (await openDatabase(started.store.url, dataKey, logs));
  const files = store.documents && new SharedFiles(store.documents, started.dataDir);
  const shared = files && (await takeShared(files, file, preparePanel));
  const { config, secrets } = shared ?? { config: started, secrets: own ?? provideSecrets(started) };
  if (shared) logs.change({ ...config.log, secrets: [...allSecrets(config, secrets), dataKey] });
  for (const change of file.formerNames())
    logs.log.warn(`setting renamed: ${change}; the old name still works`);
  const starting = startPlugin({
    config,
    secrets,
    store,
    files,
    logs,
    version,
    panel: { file, dir: join(top, 'panel'), print },
    dataKey,
    chatThread: join(__dirname, 'chatThread.js'),
  });
  // Whoever asks it to stop while it starts is heard, too.
  stopOnSignal(starting, logs);
  const plugin = await starting;
  showFreshSecrets(config, secrets, plugin.port);
  logs.log.info('the panel is ready', { address: `http://127.0.0.1:${plugin.port}/panel/` });
}

/** Makes the file the panel's password is to be in. */
function preparePanel({ dataDir, admin }: Config): void {
  new Passwords({
    dataDir,
    configured: () => admin.password,
    generated: () => '',
    onUnclaimed: () => undefined,
  });
}

/** Prints the outcome of a command; a refusal is printed too, and ends with code 1. */
async function tellOutcome(work: Promise<string>): Promise<void> {
  try {
    print(`${await work}\n`);
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`);
    process.exitCode = 1;
  }
}

function print(text: string): void {
  process.stdout.write(text);
}

function openLocalStore(dataDir: string): Promise<MessageStore> {
  return whenFree(() => openMessageStore(dataDir, () => systemClock.now()));
}

/** Tries until the database can be used. @throws what trying does not help against */
async function openDatabase(url: string, dataKey: string, logs: OpenLog): Promise<MessageStore> {
  // At once: whatever is under way is another process's now.
  const onLost = () => {
    // Also where the log cannot be closed.
    setTimeout(() => process.exit(1), maxLogClose);
    void logs.close().finally(() => process.exit(1));
  };
  const { log } = logs;
  const box = new TextBox(dataKey);
  let told = '';
  for (;;)
    try {
      return await openPostgresStore({ url, box, now: () => systemClock.now(), log, onLost });
    } catch (error) {
      if (!isDown(error)) throw error;
      const words = `${reasonOf(error)}; it is tried again`;
      if (words !== told) log.error(words);
      told = words;
      await pause(systemClock, connectAgainMs);
    }
}

/** A restart may begin before the former process has ended: it is given a little time. */
async function whenFree<T>(claim: () => T | Promise<T>): Promise<T> {
  const deadline = systemClock.now() + maxHandOver;
  for (;;)
    try {
      return await claim();
    } catch (error) {
      if (!(error instanceof DataDirectoryInUse) || systemClock.now() > deadline) throw error;
      await pause(systemClock, 100);
    }
}

/** Without a file, where none is needed yet, everything has its default and the panel asks for the rest. */
function loadConfig({ configFile }: CommandLine): { file: ConfigFile; config: Config } {
  const location = locateConfig(configFile, process.env, installedIn(), homedir());
  const file = new ConfigFile(location.file, process.env);
  return { file, config: location.mayBeMissing && !file.exists() ? file.check({}) : file.load() };
}

/** The top folder of a plugin unpacked from the zip, where the host's manifest lies; undefined for a checkout. */
function installedIn(): string | undefined {
  return existsSync(join(top, 'manifest.json')) ? top : undefined;
}

/** Generated secrets go to the console once, never to a log. */
function showFreshSecrets(
  config: Config,
  { fresh, replyToken, adminPassword, webhookPaths }: Secrets,
  port: number,
): void {
  const lines = [
    ...(fresh.replyToken
      ? [`Reply URL for XCALLY Motion: http://127.0.0.1:${port}/api/reply?token=${replyToken}`]
      : []),
    ...(fresh.adminPassword ? [`Admin password: ${adminPassword}`] : []),
    ...fresh.webhookPaths.map(
      (name) => `Webhook path of ${name}: /api/messages/${name}/${webhookPaths[name] ?? ''}`,
    ),
  ];
  if (lines.length === 0) return;
  const where = join(config.dataDir, 'secrets.json');
  print(
    `\nGenerated for you, shown once (kept in ${where}):\n${lines.map((line) => `  ${line}\n`).join('')}\n`,
  );
}

/** A defect is told in one line, not with the source text of a library around it. */
function catchDefects(logs: OpenLog): void {
  const die = (error: unknown) => {
    const trace =
      error instanceof Error ? (error.stack ?? '').split('\n').slice(1, 6).join(' ').slice(0, 600) : '';
    logs.log.error('fatal error, exiting; queued messages are safe', {
      reason: reasonOf(error).slice(0, 600),
      trace,
    });
    void logs.close().then(() => process.exit(1));
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}

function stopOnSignal(starting: Promise<Plugin>, logs: OpenLog): void {
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    logs.log.info('stopping', { signal });
    // What is cut off here goes on at the next start.
    setTimeout(() => {
      setTimeout(() => process.exit(0), maxGiveUp);
      void starting.then((plugin) => plugin.giveUp()).finally(() => process.exit(0));
    }, maxStop).unref();
    void starting
      .then((plugin) => plugin.stop())
      .then(() => logs.close())
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        logs.log.error('the plugin could not stop in order; queued messages are safe', {
          reason: reasonOf(error),
        });
        void logs.close().finally(() => process.exit(1));
      });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): void {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const { code, port } = (error ?? {}) as { code?: string; port?: number };
  if (error instanceof ConfigError) {
    for (const fault of error.faults) say(fault);
    process.exit(badConfiguration);
  }
  if (error instanceof UsageError) {
    say(error.message);
    process.exit(badUsage);
  }
  if (error instanceof DataDirectoryError) say(error.message);
  else if (code === 'EADDRINUSE')
    say(`port ${port ?? ''} is in use: stop the other program, or set another "port"`);
  else if (code === 'EACCES') say(`port ${port ?? ''} may not be used by this user: set a "port" above 1023`);
  else say(`openchannel-x could not start: ${reasonOf(error).slice(0, 600)}`);
  process.exit(1);
}

// Last, so that everything above has its value.
void run();
