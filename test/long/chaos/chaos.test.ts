import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Fault, Faults } from '../../simulators/faults';
import { until } from '../../support/until';
import { ContactCenter, type Circumstances } from './contactCenter';
import { Random } from './random';

/** `npm run chaos` does all of it many times; each run has a seed of its own. */
const rounds = Number(process.env['CHAOS_ROUNDS'] ?? 1);
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const day = 24 * 60 * 60_000;
const minute = 60_000;

let center: ContactCenter;
afterEach(() => center.end());

/** What goes wrong, while everybody writes on, and how it ends. */
type Disaster = () => Promise<void>;

const healthIs = (...statuses: string[]) =>
  until(
    async () => statuses.includes((await center.health())?.status ?? 'silent'),
    `/health to be ${statuses.join(' or ')}`,
    20_000,
  );

const killed: Disaster = async () => {
  for (let times = center.random.between(2, 5); times > 0; times -= 1) {
    await center.process.stop('SIGKILL');
    await center.start();
    await center.goOn();
  }
};

const diskFull: Disaster = async () => {
  // The log of changes is written from its beginning again at times: a large one would have room for minutes.
  center.limit('fsize', Math.min(statSync(center.walFile).size, 64 * 1024));
  await healthIs('broken');
  await center.goOn();
  center.limit('fsize', 'unlimited');
};

const noDescriptors: Disaster = async () => {
  center.limit('nofile', center.openFiles());
  await center.goOn(1_000, 2_000);
  center.limit('nofile', 4096);
};

const clockSet = (...offsets: number[]): Disaster => {
  return async () => {
    for (const offset of [...offsets, 0]) {
      center.setClock(offset);
      await center.goOn(1_100, 1_500);
    }
  };
};

/** One side fails in some way at every call, and health says so once a message waits for it. */
function sideFails(side: 'host' | 'x', fault: Omit<Fault, 'when'>): Disaster {
  return async () => {
    const faults: Faults = center[side].faults;
    const when = side === 'host' ? /openchannel/ : /dm_conversations/;
    faults.add({ when, times: Infinity, ...fault });
    if (fault.delay === undefined) await healthIs('degraded');
    await center.goOn();
    faults.clear();
  };
}

const hostIsDown: Disaster = async () => {
  await center.host.close();
  await healthIs('degraded');
  await center.goOn();
  await center.host.reopen();
};

/** The end of the log of the store is not what was written: cut off, or with other bytes. */
const walDamaged = (damage: (size: number) => void): Disaster => {
  return async () => {
    // The host can be asked for a message once it is known where it would be: that is written at a customer's first one.
    await center.pause();
    await center.caughtUp();
    await center.process.stop();
    await center.start();
    center.begin();
    await center.goOn();
    // Whatever an agent was promised is on disk by then and nowhere else: no damage could be made good.
    await center.pause();
    await center.process.stop('SIGKILL');
    damage(statSync(center.walFile).size);
    await center.start();
    // What the disk lost is read from X again; whatever were written meanwhile would come before it.
    await center.caughtUp();
    center.begin();
    await center.goOn();
  };
};

const truncated = walDamaged((size) =>
  truncateSync(center.walFile, center.random.between(Math.floor(size * 0.6), size - 1)),
);
const corrupted = walDamaged((size) => {
  const bytes = readFileSync(center.walFile);
  bytes.fill(0xa5, center.random.between(Math.floor(size * 0.6), size - 100));
  writeFileSync(center.walFile, bytes);
});

const slow = { delay: 5_000 };
/** A connection that stands, over which nothing comes. */
const halfOpen = { delay: 20_000, cut: 'before' as const };

const disasters: [string, Disaster][] = [
  ['the process is killed', killed],
  ['the disk is full', diskFull],
  ['no file descriptor is left', noDescriptors],
  ['the clock is set a day ahead, and back', clockSet(day)],
  ['the clock is set a day back, and forth', clockSet(-day)],
  ['the host is down', hostIsDown],
  ...(['host', 'x'] as const).flatMap((side): [string, Disaster][] => [
    [`${side} answers slowly`, sideFails(side, slow)],
    [`${side} does not answer at all`, sideFails(side, halfOpen)],
    [`${side} has a fault`, sideFails(side, { status: 503 })],
    [`${side} answers garbage before it did the work`, sideFails(side, { garbage: 'before' })],
    [`${side} does the work, and answers garbage`, sideFails(side, { garbage: 'after', delay: 0 })],
    [`${side} resets connections`, sideFails(side, { cut: 'before' })],
    [`${side} does the work, and resets the connection`, sideFails(side, { cut: 'after' })],
  ]),
  ['the end of the store’s log is cut off', truncated],
  ['the end of the store’s log is damaged', corrupted],
];

/** What is the matter all the while, chosen again for each disaster. */
const circumstancesOf = (random: Random): Circumstances => ({
  skewMs: random.oneOf([0, 3 * minute, -3 * minute]),
  hostTellsIds: random.next() < 0.5,
  refusesLookUps: random.next() < 0.5,
  adminRetries: random.next() < 0.5,
});

/** The log's end is damaged in a way that only X's and the host's lists can make up for. */
const needsLists = /log is/;

describe.each(Array.from({ length: rounds }, (_, round) => seed + round))('seed %i', (roundSeed) => {
  test.each(disasters)(
    '%s: nothing promised is lost, nothing is doubled, and health tells the truth',
    async (name, disaster) => {
      const random = new Random(roundSeed + disasters.findIndex(([each]) => each === name));
      const circumstances = needsLists.test(name) ? {} : circumstancesOf(random);
      center = await ContactCenter.open(random, circumstances);
      center.begin();
      await center.goOn();
      await disaster();
      await center.goOn();
      await center.settle(JSON.stringify(circumstances));
    },
  );
});
