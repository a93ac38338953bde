import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PostgresServer, postgresPrograms } from '../../support/postgres';
import { until } from '../../support/until';
import { ClusterCenter } from './clusterCenter';

const programs = postgresPrograms();

/** Within the checkout, so that the packages are found. */
const folder = resolve('build', 'next-release');

/** The build as a later release would be: with one more step of the schema. */
function nextRelease(step: string): string {
  rmSync(folder, { recursive: true, force: true });
  cpSync('dist', folder, { recursive: true });
  const file = join(folder, 'plugin', 'main.js');
  const replaced = (source: string, part: RegExp, by: string) => {
    if (!part.test(source)) throw new Error(`the build has no ${part.source}`);
    return source.replace(part, by);
  };
  const source = replaced(readFileSync(file, 'utf8'), /steps=(migrations\d*)\)/, `steps=[...$1,${step}])`);
  writeFileSync(file, replaced(source, /\[(migrations\d*)\.length\]/, '[$1.length+1]'));
  return file;
}

(programs === undefined ? describe.skip : describe)('an upgrade, one process after the other', () => {
  let server: PostgresServer;
  let center: ClusterCenter;
  beforeAll(() => (server = new PostgresServer(programs!)));
  afterAll(() => {
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => center.end());

  test('under load, the former version goes on beside a newer schema, and nothing is lost or doubled', async () => {
    const program = nextRelease(`{ sql: "ALTER TABLE inbox ADD COLUMN later TEXT DEFAULT 'x' NOT NULL" }`);
    center = await ClusterCenter.open(server.newDatabase(), { nodes: 2 });
    await center.startAll();
    await center.introduce();
    center.begin();
    await center.goOn(2_000, 3_000);
    for (const node of [0, 1]) {
      await center.process(node).stop('SIGTERM');
      await center.start(node, program).ready();
      // The two versions work side by side.
      await until(async () => (await center.worked(node)).length > 0, 'the new one to have its part', 15_000);
      await center.goOn(3_000, 4_000);
    }
    await center.settle();
    expect(Math.min(center.counts.messages, center.counts.replies)).toBeGreaterThan(20);
  }, 120_000);

  test('a version that cannot work with the schema any longer ends, and says so at its next start', async () => {
    const program = nextRelease(`{ sql: 'DROP TABLE charges', endsFormer: true }`);
    center = await ClusterCenter.open(server.newDatabase(), { nodes: 2, accounts: 1 });
    await center.startAll();
    await center.process(1).stop('SIGTERM');
    center.start(1, program);
    expect(await center.process(0).ended()).toBe(1);
    expect(center.process(0).output).toContain('a newer version has changed the database');
    expect(await center.start(0).ended()).toBe(1);
    expect(center.process(0).errors).toContain('written by a newer version of openchannel-x');
  }, 60_000);
});
