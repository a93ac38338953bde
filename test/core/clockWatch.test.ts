import { ClockWatch } from '../../plugin/app/clockWatch';
import { SignInGate } from '../../plugin/core/signInGate';
import { ManualClock } from '../support/manualClock';

const setUp = () => {
  const clocks = { wall: 1_000_000, sinceBoot: 80, awake: 50 };
  const set: number[] = [];
  const onJump = jest.fn(() => Promise.resolve());
  const watch = new ClockWatch(
    { wall: () => clocks.wall, sinceBoot: () => clocks.sinceBoot, awake: () => clocks.awake },
    { onSet: (by) => set.push(by), onJump },
  );
  const pass = (wall: number, sinceBoot: number, awake = sinceBoot): Promise<void> => {
    clocks.wall += wall;
    clocks.sinceBoot += sinceBoot;
    clocks.awake += awake;
    return watch.look();
  };
  return { set, onJump, pass };
};

test('a clock that is set is noticed, one that drifts is not', async () => {
  const { set, onJump, pass } = setUp();
  for (let times = 0; times < 100; times += 1) await pass(5_100, 5_000);
  expect([set, onJump.mock.calls.length]).toEqual([[], 0]);
  await pass(-86_395_000, 5_000);
  await pass(5_000, 5_000);
  await pass(86_405_000, 5_000);
  expect([set, onJump.mock.calls.length]).toEqual([[-86_400_000, 86_400_000], 2]);
});

test('a machine that has slept: its timers are late, but its clock was not set', async () => {
  const { set, onJump, pass } = setUp();
  await pass(3_600_000, 3_600_000, 1_000);
  expect([set, onJump.mock.calls.length]).toEqual([[], 1]);
});

test('a container that tells of another start of the machine: nothing was set', async () => {
  const { set, onJump, pass } = setUp();
  await pass(1_000, 86_400_000, 1_000);
  await pass(1_000, -86_400_000, 1_000);
  expect([set, onJump.mock.calls.length]).toEqual([[], 0]);
});

test('where it cannot be resumed, that is tried again; the shift is not told twice', async () => {
  const { set, onJump, pass } = setUp();
  onJump.mockRejectedValueOnce(new Error('the database is down'));
  await expect(pass(86_400_000, 1_000)).rejects.toThrow('the database is down');
  await pass(1_000, 1_000);
  await pass(1_000, 1_000);
  expect([set, onJump.mock.calls.length]).toEqual([[86_399_000], 2]);
});

test('a gate that was shut by a clock that ran ahead lets one call through', () => {
  const clock = new ManualClock();
  const gate = new SignInGate(clock);
  gate.refuse({ isFinal: true });
  expect(gate.enter()).toBeDefined();
  gate.letOneThrough();
  expect(gate.enter()).toBeUndefined();
  expect(gate.enter()).toBeDefined();
});
