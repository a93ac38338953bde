import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { version } from '../../plugin/app/version';
import { PluginProcess } from '../support/process';
import { customers, ProcessRig } from '../support/processRig';
import { until } from '../support/until';
import { buildZip, unpack } from '../support/zip';

/** Every command, script and file that the documents name, called as a user calls it. */

const zipName = `openchannel-x-${version}`;
const paths = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const documents = paths.map((path) => readFileSync(path, 'utf8')).join('\n');
const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-commands-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The program from the build, and the one from the zip. */
const programs: Record<string, string> = {
  'dist/plugin/main.js': resolve('dist/plugin/main.js'),
  'app/index.js of the zip': join(folder, zipName, 'app', 'index.js'),
};

beforeAll(() => {
  unpack(buildZip(folder), zipName, folder);
}, 60_000);

describe.each(Object.keys(programs))('%s', (name) => {
  let rig: ProcessRig;
  beforeEach(async () => (rig = await ProcessRig.start()));
  afterEach(() => rig.stop());

  const start = (...words: string[]) =>
    rig.watch(
      PluginProcess.run(
        [programs[name]!, ...words, '--config', join(rig.folder, 'plugin.config.json')],
        rig.config.port,
      ),
    );
  const outcome = async (...words: string[]) => {
    const command = start(...words);
    return { code: await command.ended(), output: command.output, errors: command.errors };
  };
  /** A customer has written; the plugin still runs. */
  const withHistory = async () => {
    rig.writeConfig();
    const plugin = await start().ready();
    await rig.customerWrites(plugin, customers[0], 'hello');
    await until(async () => (await rig.waiting(plugin)) === 0, 'the message to be handed over');
    return plugin;
  };

  test('forget, beside the running plugin and without it: says what it did, and ends with 0', async () => {
    const plugin = await withHistory();
    await rig.customerWrites(plugin, customers[1], 'me too');
    await until(async () => (await rig.waiting(plugin)) === 0, 'the message to be handed over');
    expect(await outcome('forget', '--user', customers[0])).toEqual({
      code: 0,
      output: 'Forgotten: 1 messages, 0 replies, and what was known of the person.\n',
      errors: '',
    });
    await plugin.stop();
    expect(await outcome('forget', '--user', customers[1])).toMatchObject({ code: 0, errors: '' });
    const unknown = await outcome('forget', '--user', 'nobody_at_all');
    expect(unknown).toMatchObject({ code: 1, output: '' });
    expect(unknown.errors).toMatch(/nobody_at_all/);
  }, 60_000);

  test('backup, beside the running plugin and without it: a copy that starts', async () => {
    const plugin = await withHistory();
    const copies = [join(rig.folder, 'copy 1'), join(rig.folder, 'copy 2')] as const;
    expect(await outcome('backup', '--to', copies[0])).toMatchObject({ code: 0, errors: '' });
    await plugin.stop();
    const stopped = await outcome('backup', '--to', copies[1]);
    expect(stopped).toMatchObject({ code: 0, errors: '' });
    expect(stopped.output).toMatch(/^Copied to /);
    for (const copy of copies) expect(existsSync(join(copy, 'openchannel-x.db'))).toBe(true);
    expect(await outcome('backup', '--to', copies[1])).toMatchObject({ code: 1, output: '' });
  }, 60_000);

  test.each([
    [['--confg', 'x.json'], /--confg/],
    [['forget'], /--user ID is missing/],
    [['forget', '--user', ''], /--user ID is missing/],
    [['backup'], /--to FOLDER is missing/],
    [['backup', '--user', '1'], /--user does not belong to backup/],
    [['--user', '1'], /--user does not belong to starting the plugin/],
    [['erase'], /there is no command "erase"/],
    [['forget', 'me', '--user', '1'], /"me" is one argument too many/],
  ])('%j is refused with the usage, and nothing is started', async (words, reason) => {
    rig.writeConfig();
    const { code, output, errors } = await outcome(...words);
    expect({ code, output }).toEqual({ code: 64, output: '' });
    expect(errors).toMatch(reason);
    expect(errors).toMatch(/^Usage:/m);
    expect(existsSync(join(rig.folder, 'data'))).toBe(false);
  });

  test('--help prints the usage', async () => {
    rig.writeConfig();
    expect(await outcome('--help')).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Usage:/) as string,
    });
  });
});

describe('npm scripts', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

  test('every script the documents name is there', () => {
    const named = [...documents.matchAll(/npm run\s+([\w:-]+)/g)].map(([, name]) => name!);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  test.each(['bench', 'chaos', 'fuzz', 'soak', 'package', 'audit', 'build', 'forget', 'backup', 'start'])(
    'npm run %s refuses a mistyped flag',
    (name) => {
      const run = () =>
        execFileSync('npm', ['run', '--silent', name, '--', '--mistyped'], {
          stdio: 'pipe',
          encoding: 'utf8',
        });
      expect(run).toThrow(/mistyped/);
    },
    30_000,
  );
});

test('every file the documents name is there, here or in the zip', () => {
  const linked = paths.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link]) =>
      join(dirname(path), link!),
    ),
  );
  const quoted = [...documents.matchAll(/`((?:plugin|scripts|test|operations|app)\/[\w./-]*\w)`/g)].map(
    ([, path]) => path!,
  );
  const named = [...new Set([...linked, ...quoted])];
  expect(named.length).toBeGreaterThan(10);
  const missing = named.filter((path) => !existsSync(path) && !existsSync(join(folder, zipName, path)));
  expect(missing).toEqual([]);
});
