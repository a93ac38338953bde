import { Changes } from '../../plugin/core/changes';
import { type AdminClient, signedIn } from '../support/adminClient';
import { ManualClock } from '../support/manualClock';
import { Rig } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
let admin: AdminClient;

async function start(): Promise<number> {
  rig = await Rig.start({ panel: true });
  admin = await signedIn(rig);
  return (await admin.call('changes', {})).count!;
}

describe('a page that waits for changes', () => {
  afterEach(() => rig.stop());

  test('is told as soon as a message moves', async () => {
    const since = await start();
    const waiting = admin.call('changes', { since });
    await rig.customerWrites('Hello');
    expect((await waiting).count).toBeGreaterThan(since);
  });

  test('is answered after a while where nothing happens', async () => {
    const since = await start();
    let answer: { count?: number } | undefined;
    void admin.call('changes', { since }).then((each) => (answer = each));
    await until(() => {
      rig.clock.jump(1_000);
      return answer !== undefined;
    }, 'the answer');
    expect(answer).toEqual({ count: since });
  });

  test('has to be signed in', async () => {
    await start();
    admin.token = undefined;
    expect(await admin.refused('changes', {})).toMatchObject({ status: 401, code: 'not-signed-in' });
  });
});

test('of those who wait for changes no more are kept than a few dozen; the others are answered at once', async () => {
  const changes = new Changes(new ManualClock());
  const waiting = Array.from({ length: 50 }, () => changes.after(0, 15_000));
  expect(await changes.after(0, 15_000)).toBe(0);
  changes.happened();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([1]));
});

test('whoever waits is answered when the process stops, and nobody waits after that', async () => {
  const changes = new Changes(new ManualClock());
  const waiting = changes.after(0, 15_000);
  changes.end();
  expect(await Promise.all([waiting, changes.after(0, 15_000)])).toEqual([0, 0]);
});
