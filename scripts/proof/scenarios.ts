import { ContactCenter, type Circumstances } from '../../test/long/chaos/contactCenter';
import { Random } from '../../test/long/chaos/random';
import { ClusterCenter } from '../../test/long/cluster/clusterCenter';
import type { Broken } from '../../test/long/promises';
import { PostgresServer, postgresPrograms } from '../../test/support/postgres';
import { attack, type Attacked } from './attack';

/** What came of a scenario. */
export interface Outcome {
  /** What customers wrote. */
  messages: number;
  /** What agents were told goes out. */
  replies: number;
  /** Replies of which agents were told that they do not, or got no answer. */
  refused: number;
  /** What is the matter at the end, in words; empty where all is well. */
  troubles: string[];
  broken: Broken;
  /** How many of the customers' messages had not arrived yet, every `sampleMs`. */
  missing: number[];
  seconds: number;
  attacks: Attacked[];
}

export interface Scenario {
  name: string;
  /** What goes wrong, in a sentence. */
  tried: string;
  /** Whether the bridge that answers first is measured beside it. */
  isCompared: boolean;
  run: (seed: number, program: string) => Promise<Outcome>;
}

export const sampleMs = 250;
/** X tries an event again for five minutes: that has to be over before anything counts as lost. */
const quick: Circumstances = { speed: 30 };
const day = 24 * 60 * 60_000;

/** What goes wrong in a contact center, while everybody writes on. */
type Disaster = (center: ContactCenter, attacks: Attacked[]) => Promise<void>;

const storm: Disaster = async (center) => {
  for (let kills = 0; kills < 12; kills += 1) {
    await center.process.stop('SIGKILL');
    await center.start();
    await center.goOn(200, 1_200);
  }
};

const outage: Disaster = async (center) => {
  const [motion, x] = [center.host.faults, center.x.faults];
  motion.add({ when: /openchannel/, status: 503, times: Infinity });
  await center.goOn(4_000, 5_000);
  motion.clear();
  x.add({ when: /dm_conversations/, status: 503, times: Infinity });
  await center.goOn(4_000, 5_000);
  x.clear();
  center.isReachable = false;
  await center.goOn(8_000, 9_000);
  center.isReachable = true;
  await center.host.close();
  await center.goOn(4_000, 5_000);
  await center.host.reopen();
};

const clock: Disaster = async (center) => {
  for (const offset of [day, -day, 0]) {
    center.setClock(offset);
    await center.goOn(1_500, 2_500);
  }
};

const attacked: Disaster = async (center, attacks) => {
  attacks.push(...(await attack(center)));
};

/** Files cannot grow, then no more of them can be opened. */
const disk: Disaster = async (center) => {
  center.limit('fsize', 64 * 1024);
  await center.goOn(3_000, 4_000);
  center.limit('fsize', 'unlimited');
  await center.goOn(1_000, 2_000);
  center.limit('nofile', center.openFiles());
  await center.goOn(1_000, 2_000);
  center.limit('nofile', 4096);
};

async function inContactCenter(
  disaster: Disaster,
  seed: number,
  program: string,
  circumstances: Circumstances = {},
): Promise<Outcome> {
  const center = await ContactCenter.open(new Random(seed), circumstances, program);
  const missing: number[] = [];
  const sampling = setInterval(() => missing.push(center.counts.missing), sampleMs);
  const began = performance.now();
  try {
    center.begin();
    await center.goOn();
    const attacks: Attacked[] = [];
    await disaster(center, attacks);
    await center.goOn();
    const { broken, health } = await center.settled();
    const { missing: left, ...counts } = center.counts;
    missing.push(left);
    const troubles = [
      ...(health === 'ok' ? [] : [`/health says ${health ?? 'nothing'}`]),
      ...(counts.messages === 0 || counts.replies === 0 ? ['nobody wrote anything'] : []),
    ];
    for (const each of attacks) if (each.countedAsDoubled) each.succeeded = broken.doubledMessages.length;
    return { ...counts, broken, troubles, missing, attacks, seconds: (performance.now() - began) / 1000 };
  } finally {
    clearInterval(sampling);
    await center.end();
  }
}

/** Processes are killed, stopped and frozen, and the database is killed, at moments that the seed chooses. */
async function inCluster(seed: number): Promise<Outcome> {
  const programs = postgresPrograms();
  if (programs === undefined)
    throw new Error('PostgreSQL is not installed on this machine (Debian: apt-get install postgresql)');
  const random = new Random(seed);
  const server = new PostgresServer(programs);
  const center = await ClusterCenter.open(server.newDatabase(), { nodes: 3, random }).catch(
    (error: unknown) => {
      server.stop();
      throw error;
    },
  );
  const missing: number[] = [];
  let sampling: NodeJS.Timeout | undefined;
  try {
    await center.startAll();
    await center.introduce();
    sampling = setInterval(() => missing.push(center.counts.missing), sampleMs);
    const began = performance.now();
    center.begin();
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSTOP', 'database', 'SIGKILL'] as const) {
      await center.goOn(500, 2_000);
      if (signal === 'database') {
        server.kill();
        await center.goOn(500, 3_000);
        server.start();
      } else await interrupt(center, random.between(0, 2), signal);
      await center.goOn(500, 2_000);
      for (const node of [0, 1, 2]) if (center.process(node).exitCode !== undefined) center.start(node);
    }
    const { broken, waiting, refused: setAside } = await center.settled(90_000);
    const { missing: left, ...counts } = center.counts;
    missing.push(left);
    const troubles = [
      ...(waiting === 0 ? [] : [`${waiting} messages and replies still wait`]),
      ...setAside,
      ...(counts.messages === 0 || counts.replies === 0 ? ['nobody wrote anything'] : []),
    ];
    const seconds = (performance.now() - began) / 1000;
    return { ...counts, broken, troubles, missing, attacks: [], seconds };
  } finally {
    clearInterval(sampling);
    await center.end();
    server.stop();
  }
}

async function interrupt(
  center: ClusterCenter,
  node: number,
  signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP',
): Promise<void> {
  const { child } = center.process(node);
  child.kill(signal);
  await center.goOn(...(signal === 'SIGSTOP' ? ([9_000, 12_000] as const) : ([500, 3_000] as const)));
  child.kill('SIGCONT');
}

export const scenarios: Scenario[] = [
  {
    name: 'storm',
    tried: 'The process is killed (SIGKILL) and started again, 12 times.',
    isCompared: true,
    run: (seed, program) => inContactCenter(storm, seed, program, quick),
  },
  {
    name: 'outage',
    tried:
      'One after the other: XCALLY Motion answers 503 to Open Channel calls for two minutes; so does X to Direct Messages; X does not get through for four; nobody listens at XCALLY Motion for two.',
    isCompared: true,
    run: (seed, program) => inContactCenter(outage, seed, program, quick),
  },
  {
    name: 'clock',
    tried: 'The clock that the process sees is set a day ahead, then a day back, then right again.',
    isCompared: true,
    run: (seed, program) => inContactCenter(clock, seed, program),
  },
  {
    name: 'disk',
    tried:
      'For 3 to 4 seconds no file may grow beyond 64 KB, which the plugin meets as a full disk; the other bridge writes no files. Later no file or connection can be opened for 1 to 2 seconds.',
    isCompared: true,
    run: (seed, program) => inContactCenter(disk, seed, program, quick),
  },
  {
    name: 'cluster',
    tried:
      'Three processes with one database: one is killed, one stopped, one frozen for 9 to 12 seconds, the database killed, one more killed.',
    isCompared: false,
    run: (seed) => inCluster(seed),
  },
  {
    name: 'attack',
    tried:
      'Strangers forge events, repeat true ones, guess tokens and passwords, send much, and send slowly.',
    isCompared: true,
    run: (seed, program) => inContactCenter(attacked, seed, program, quick),
  },
];
