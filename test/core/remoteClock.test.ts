import { RemoteClock } from '../../plugin/core/remoteClock';
import { ManualClock } from '../support/manualClock';

const second = 1_000;
const header = (at: number) => new Date(at).toUTCString();

function clocks(saved?: number) {
  const local = new ManualClock(1_700_000_000_000);
  let kept = saved;
  const remote = new RemoteClock(local, { read: () => kept, save: (offset) => (kept = offset) });
  return { local, remote, kept: () => kept };
}

test('a clock that agrees stays as it is, although the header tells whole seconds', () => {
  const { local, remote, kept } = clocks();
  for (let call = 0; call < 50; call += 1) {
    const askedAt = local.now();
    local.advance(137);
    remote.learn(header(Math.floor((askedAt + 70) / second) * second), askedAt);
    expect(Math.abs(remote.now() - local.now())).toBeLessThan(1);
  }
  expect(kept()).toBeUndefined();
});

test.each([3 * 60 * second, -25 * 60 * 60 * second])(
  'a difference of %i ms is learnt to a second',
  (skew) => {
    const { local, remote, kept } = clocks();
    const askedAt = local.now();
    local.advance(200);
    remote.learn(header(Math.floor((local.now() + skew) / second) * second), askedAt);
    expect(Math.abs(remote.now() - (local.now() + skew))).toBeLessThanOrEqual(second);
    expect(Math.abs(remote.toLocal(remote.now()) - local.now())).toBe(0);
    expect(Math.abs((kept() ?? 0) - skew)).toBeLessThanOrEqual(second);
  },
);

test('a slow answer does not spoil what a quick one has shown', () => {
  const { local, remote } = clocks(60 * second);
  const askedAt = local.now();
  const writtenAt = local.now() + 60 * second;
  local.advance(30 * second);
  remote.learn(header(writtenAt), askedAt);
  expect(Math.abs(remote.now() - (local.now() + 60 * second))).toBeLessThanOrEqual(second);
});

test('what is no date changes nothing; a clock that was set is known at once', () => {
  const { local, remote } = clocks();
  for (const nonsense of [undefined, '', 'yesterday', 7]) remote.learn(nonsense, local.now());
  expect(remote.now()).toBe(local.now());
  remote.localWasSet(60 * second);
  expect(remote.now()).toBe(local.now() - 60 * second);
});
