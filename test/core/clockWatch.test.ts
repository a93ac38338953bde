import { ClockWatch } from '../../plugin/app/clockWatch';
import { SignInGate } from '../../plugin/core/signInGate';
import { ManualClock } from '../support/manualClock';

test('a clock that is set is noticed, one that drifts is not', async () => {
  const clocks = { wall: 1_000_000, steady: 50 };
  const heard: number[] = [];
  const watch = new ClockWatch({ wall: () => clocks.wall, steady: () => clocks.steady }, (by) => {
    heard.push(by);
    return Promise.resolve();
  });
  const pass = (wall: number, steady: number): Promise<void> => {
    clocks.wall += wall;
    clocks.steady += steady;
    return watch.look();
  };
  for (let times = 0; times < 100; times += 1) await pass(5_100, 5_000);
  expect(heard).toEqual([]);
  await pass(-86_395_000, 5_000);
  await pass(5_000, 5_000);
  await pass(86_405_000, 5_000);
  expect(heard).toEqual([-86_400_000, 86_400_000]);
});

test('a gate that was shut by a clock that ran ahead lets one call through', () => {
  const clock = new ManualClock();
  const gate = new SignInGate(clock);
  gate.refuse();
  gate.refuse();
  expect(gate.enter()).toBeDefined();
  gate.letOneThrough();
  expect(gate.enter()).toBeUndefined();
  expect(gate.enter()).toBeDefined();
});
