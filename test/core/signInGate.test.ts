import { SignInGate } from '../../plugin/core/signInGate';
import { ManualClock } from '../support/manualClock';

const minutes = (count: number) => count * 60_000;

function gate() {
  const clock = new ManualClock();
  return { clock, gate: new SignInGate(clock) };
}

test('open until X refuses the keys', () => {
  const { gate: fresh } = gate();
  expect([fresh.enter(), fresh.closed(), fresh.refused()]).toEqual([undefined, undefined, false]);
});

test('one refusal holds calls back for a second, the next for half an hour', () => {
  const { clock, gate: refused } = gate();
  refused.refuse();
  expect(refused.enter()).toBe(clock.now() + 1_000);
  clock.advance(1_000);
  expect(refused.enter()).toBeUndefined();
  refused.refuse();
  expect(refused.closed()).toBe(clock.now() + minutes(30));
});

test('after the pause a single call goes out, whatever becomes of it', () => {
  const { clock, gate: revoked } = gate();
  revoked.refuse({ isFinal: true });
  clock.advance(minutes(30));
  expect(revoked.enter()).toBeUndefined();
  expect(revoked.enter()).toBe(clock.now() + minutes(30));
});

test('an accepted call opens it', () => {
  const { clock, gate: revoked } = gate();
  revoked.refuse({ isFinal: true });
  clock.advance(minutes(30));
  revoked.enter();
  revoked.accepted();
  expect([revoked.enter(), revoked.refused()]).toEqual([undefined, false]);
});

test('calls that were under way beside each other count as one refusal', () => {
  const { clock, gate: refused } = gate();
  refused.enter();
  refused.enter();
  refused.refuse();
  refused.refuse();
  expect(refused.closed()).toBe(clock.now() + 1_000);
  // One that takes longer than the pause had begun before, too.
  clock.advance(2_000);
  refused.refuse();
  expect(refused.enter()).toBeUndefined();
});

test('a probe that shows nothing makes room for another; any other call without an answer does not', () => {
  const { clock, gate: refused } = gate();
  refused.refuse({ isFinal: true });
  refused.learnedNothing();
  expect(refused.closed()).toBe(clock.now() + minutes(30));
  clock.advance(minutes(30));
  expect(refused.enter()).toBeUndefined();
  refused.learnedNothing();
  expect(refused.enter()).toBeUndefined();
  expect(refused.enter()).toBe(clock.now() + minutes(30));
});
