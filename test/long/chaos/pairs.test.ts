import type { Fault } from '../../simulators/faults';
import { ContactCenter, type Circumstances } from './contactCenter';
import { Random } from './random';

/**
 * Outages in front of the plugin, longer than X tries an event again, together with everything else that can go wrong. Time
 * passes sixty times as fast: X's five minutes take five seconds.
 */
const seed = Number(process.env['CHAOS_SEED'] ?? Math.floor(Math.random() * 1_000_000));
const speed = 60;
const minute = 60_000;
/** Of a minute of that time, in milliseconds of ours. */
const minutes = (count: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, (count * minute) / speed));

let center: ContactCenter;
afterEach(() => center.end());

type Other = () => Promise<void>;

/** One side fails in some way at every call, for a while. */
const sideFails = (side: 'host' | 'x', fault: Omit<Fault, 'when'>): Other => {
  return async () => {
    const { faults } = center[side];
    const when = side === 'host' ? /openchannel/ : /dm_conversations|webhooks|dm_events/;
    faults.add({ when, times: Infinity, ...fault });
    await minutes(4);
    faults.clear();
  };
};

const others: [string, Other, Circumstances][] = [
  ['nothing else', () => minutes(1), {}],
  [
    'the process is killed',
    async () => {
      await center.process.stop('SIGKILL');
      await center.start();
    },
    {},
  ],
  [
    'the process is stopped and started',
    async () => {
      await center.process.stop();
      await minutes(2);
      await center.start();
    },
    {},
  ],
  [
    'the clock is set an hour ahead, and back',
    async () => {
      center.setClock(60 * minute);
      await minutes(3);
      center.setClock(0);
    },
    {},
  ],
  ['the host is down', sideFails('host', { status: 503 }), {}],
  ['the host refuses everything', sideFails('host', { status: 400 }), {}],
  ['the host does the work, and resets the connection', sideFails('host', { cut: 'after' }), {}],
  ['the same with a host that tells no ids', sideFails('host', { cut: 'after' }), { hostTellsIds: false }],
  ['X is temporarily unavailable', sideFails('x', { status: 503 }), {}],
  ['X does the work, and resets the connection', sideFails('x', { cut: 'after' }), {}],
  [
    'the same with a wrong clock, refused look-ups and an admin who cannot wait',
    sideFails('x', { cut: 'after' }),
    { skewMs: 3 * minute, refusesLookUps: true, adminRetries: true },
  ],
];

test.each(others)(
  `seed ${seed}: X does not get through for 10 minutes, and %s`,
  async (_name, other, circumstances) => {
    center = await ContactCenter.open(new Random(seed), { ...circumstances, speed });
    center.begin();
    await minutes(2);
    center.isReachable = false;
    await minutes(3);
    await other();
    await minutes(5);
    center.isReachable = true;
    // Traffic goes on, so that the channel is never silent for long.
    await minutes(3);
    await center.settle(JSON.stringify(circumstances));
  },
);
