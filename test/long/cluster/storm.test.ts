import { PostgresServer, postgresPrograms } from '../../support/postgres';
import { Random } from '../chaos/random';
import { ClusterCenter } from './clusterCenter';

/** `STORM_SEED` repeats a run, `STORM_SECONDS` makes it longer. */
const seed = Number(process.env['STORM_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const stormMs = Number(process.env['STORM_SECONDS'] ?? 25) * 1_000;

/** Longer than a process may be silent before others take its work. Milliseconds. */
const frozenMs = [9_000, 14_000] as const;

const programs = postgresPrograms();

(programs === undefined ? describe.skip : describe)(`a storm over three processes, seed ${seed}`, () => {
  const random = new Random(seed);
  let server: PostgresServer;
  let center: ClusterCenter;
  beforeAll(async () => {
    server = new PostgresServer(programs!);
    center = await ClusterCenter.open(server.newDatabase(), { nodes: 3, random });
    await center.startAll();
  }, 60_000);
  afterAll(async () => {
    await center.end();
    server.stop();
  });

  const killed = async (node: number) => {
    await center.process(node).stop('SIGKILL');
    await center.goOn(500, 3_000);
    center.start(node);
  };
  const stopped = async (node: number) => {
    await center.process(node).stop('SIGTERM');
    await center.goOn(0, 1_000);
    center.start(node);
  };
  /** As a machine that is paused: when it wakes up its work is somebody else's, and it ends. */
  const frozen = async (node: number) => {
    center.process(node).child.kill('SIGSTOP');
    await center.goOn(...frozenMs);
    center.process(node).child.kill('SIGCONT');
    await center.goOn(1_500, 2_500);
    if (center.process(node).exitCode !== undefined) center.start(node);
  };
  const databaseRestarts = async () => {
    server.kill();
    await center.goOn(500, 3_000);
    server.start();
  };

  test('nothing is lost, doubled or out of order, in both directions', async () => {
    await center.introduce();
    center.begin();
    const end = Date.now() + stormMs;
    let hasRestarted = false;
    while (Date.now() < end) {
      const half = Date.now() > end - stormMs / 2;
      if (half && !hasRestarted) {
        hasRestarted = true;
        await databaseRestarts();
      } else await random.oneOf([killed, stopped, frozen])(random.between(0, 2));
      await center.goOn(500, 3_000);
      // Whoever could not reach the database for too long has ended as well.
      for (const node of [0, 1, 2]) if (center.process(node).exitCode !== undefined) center.start(node);
    }
    await center.settle(90_000);
    const { messages, replies } = center.counts;
    expect(Math.min(messages, replies)).toBeGreaterThan(10);
  }, 300_000);
});
