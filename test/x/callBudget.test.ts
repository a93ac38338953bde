import { CallBudget } from '../../plugin/x/api/callBudget';
import { readRateLimit } from '../../plugin/x/api/rateLimitHeaders';
import { ManualClock } from '../support/manualClock';

const name = 'POST /messages';

function setUp() {
  const clock = new ManualClock();
  return { clock, budget: new CallBudget(clock), resetAt: clock.now() + 900_000 };
}

/** Whether the call may go, without waiting for those under way. */
async function state(entering: Promise<number | undefined>): Promise<'goes' | 'waits' | number> {
  const waits = Symbol('waits');
  const result = await Promise.race([entering, new Promise((resolve) => setImmediate(() => resolve(waits)))]);
  return result === waits ? 'waits' : ((result as number | undefined) ?? 'goes');
}

test('of an unknown window one call goes first, the others when it has come back', async () => {
  const { budget, resetAt } = setUp();
  expect(await state(budget.enter(name))).toBe('goes');
  const others = [budget.enter(name), budget.enter(name)];
  expect(await Promise.all(others.map(state))).toEqual(['waits', 'waits']);
  budget.leave(name, { left: 5, resetAt });
  expect(await Promise.all(others.map(state))).toEqual(['goes', 'goes']);
});

test('no more calls are under way than are left, and of a used-up window the time is told', async () => {
  const { budget, resetAt } = setUp();
  await budget.enter(name);
  budget.leave(name, { left: 2, resetAt });
  const three = [budget.enter(name), budget.enter(name), budget.enter(name)];
  expect(await Promise.all(three.map(state))).toEqual(['goes', 'goes', 'waits']);
  budget.leave(name, { left: 0, resetAt });
  budget.leave(name, { left: 1, resetAt });
  expect(await state(three[2]!)).toBe(resetAt);
});

test('a call without an answer gives its place back', async () => {
  const { budget } = setUp();
  await budget.enter(name);
  const next = budget.enter(name);
  budget.leave(name, undefined);
  expect(await state(next)).toBe('goes');
});

test('a new window begins unknown', async () => {
  const { clock, budget, resetAt } = setUp();
  await budget.enter(name);
  budget.leave(name, { left: 0, resetAt });
  expect(await state(budget.enter(name))).toBe(resetAt);
  clock.advance(900_000);
  expect(await state(budget.enter(name))).toBe('goes');
  expect(await state(budget.enter(name))).toBe('waits');
});

test('X that tells nothing of windows is not held back', async () => {
  const { budget } = setUp();
  await budget.enter(name);
  budget.leave(name, { left: undefined, resetAt: Infinity });
  expect(await Promise.all(Array.from({ length: 9 }, () => state(budget.enter(name))))).toEqual(
    Array(9).fill('goes'),
  );
});

test('the tightest window counts; of several used-up ones the one that opens last', () => {
  const headers = { 'x-rate-limit-remaining': '7', 'x-rate-limit-reset': '100' };
  expect(readRateLimit(headers)).toEqual({ left: 7, resetAt: 100_000 });
  const day = { 'x-user-limit-24hour-remaining': '0', 'x-user-limit-24hour-reset': '900' };
  expect(readRateLimit({ ...headers, ...day })).toEqual({ left: 0, resetAt: 900_000 });
  const both = { ...day, 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': '100' };
  expect(readRateLimit(both)).toEqual({ left: 0, resetAt: 900_000 });
  expect(readRateLimit({ 'x-rate-limit-remaining': 'many' })).toEqual({ left: undefined, resetAt: Infinity });
});
