import { RememberedFacts, type Fact } from '../../plugin/core/accountFacts';
import { DowntimeTracker } from '../../plugin/x/delivery/downtimeTracker';

test('a gap that X did not try to fill is never known without that: the process may die in between', async () => {
  const written: Fact[] = [];
  const facts = new RememberedFacts((changes) => {
    if (written.length > 0) return Promise.reject(new Error('the disk is full'));
    written.push(...changes);
    return Promise.resolve();
  }, []);
  await expect(new DowntimeTracker('a', facts).openGap(5, false)).rejects.toThrow('the disk is full');
  const afterKill = new DowntimeTracker('a', new RememberedFacts(() => Promise.resolve(), written));
  expect([afterKill.gapFrom(), afterKill.gapWasTried()]).toEqual([undefined, false]);
});

test("what came at the very first start is read, although X's clock is known to a second only", async () => {
  const saved: Fact[] = [];
  const write = (changes: Fact[]) => Promise.resolve(void saved.push(...changes));
  const tracker = new DowntimeTracker('a', new RememberedFacts(write, []));
  const realAtX = 1_700_000_000_150;
  await tracker.heartbeat(realAtX + 990);
  expect(tracker.safelyBefore(realAtX)).toBeLessThanOrEqual(realAtX - 150);
  // Durable once it resolves, so that a kill right after it does not count as no start at all.
  expect(saved.map(({ fact }) => fact)).toEqual(['supply born at', 'supply alive at']);
});
