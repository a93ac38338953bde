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
