import { RememberedFacts, type Fact } from '../../plugin/core/accountFacts';
import { lastMark, noteMark } from '../../plugin/core/presenceMarks';

test('a fact that could not be written is known all the same, and written with the next', async () => {
  const written: Fact[][] = [];
  let isFull = true;
  const write = (changes: Fact[]) => {
    if (isFull) return Promise.reject(new Error('the disk is full'));
    written.push(changes);
    return Promise.resolve();
  };
  const facts = new RememberedFacts(write, []);
  await expect(facts.keep('a', 'colour', 'red')).rejects.toThrow('the disk is full');
  expect(facts.read('a', 'colour')).toBe('red');
  isFull = false;
  await facts.keep('a', 'size', '5');
  expect(written.flat()).toEqual([
    { account: 'a', fact: 'colour', value: 'red' },
    { account: 'a', fact: 'size', value: '5' },
  ]);
});

test('presence marks: the latest of all customers', () => {
  const facts = new RememberedFacts(() => Promise.resolve(), []);
  for (const mark of [
    { kind: 'read', at: 6 },
    { kind: 'typing', at: 7 },
    { kind: 'read', at: 5 },
  ] as const)
    noteMark('a', mark, facts);
  expect([lastMark('a', 'read', facts), lastMark('a', 'typing', facts)]).toEqual([6, 7]);
  expect(lastMark('b', 'read', facts)).toBeUndefined();
});

test('a fact that is saved at the very end of a write is written all the same', async () => {
  for (let microtasks = 0; microtasks < 12; microtasks += 1) {
    const written: Fact[] = [];
    const facts = new RememberedFacts((changes) => Promise.resolve(void written.push(...changes)), []);
    facts.save('a', 'first', '1');
    for (let passed = 0; passed < microtasks; passed += 1) await Promise.resolve();
    facts.save('a', 'second', '2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(written.map(({ fact }) => fact)).toEqual(['first', 'second']);
  }
});
