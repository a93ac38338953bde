import { spread } from '../../plugin/core/spread';

const counts = (result: Map<string, string>) => {
  const all = new Map<string, number>();
  for (const node of result.values()) all.set(node, (all.get(node) ?? 0) + 1);
  return [...all.values()].sort();
};

test('evenly, and whoever has something keeps it', () => {
  expect(spread(['c', 'a', 'b'], ['1'], new Map())).toEqual(
    new Map([
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ]),
  );
  const owners = new Map([
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
    ['d', '2'],
  ]);
  const result = spread(['a', 'b', 'c', 'd'], ['1', '2'], owners);
  expect([counts(result), result.get('d')]).toEqual([[2, 2], '2']);
});

test.each([
  [5, 2, [2, 3]],
  [4, 3, [1, 1, 2]],
  [2, 3, [1, 1]],
  [9, 3, [3, 3, 3]],
])('%d accounts on %d processes', (accounts, nodes, expected) => {
  const names = Array.from({ length: accounts }, (_, index) => `account${index}`);
  const all = Array.from({ length: nodes }, (_, index) => `node${index}`);
  // Even where one had everything, or a process that is gone.
  for (const owner of ['node0', 'gone']) {
    const result = spread(names, all, new Map(names.map((name) => [name, owner])));
    expect(counts(result)).toEqual(expected);
    // What is spread stays so.
    expect(spread(names, all, result)).toEqual(result);
  }
});

test('an account goes only to a process that has it among its settings', () => {
  const knows = (node: string, account: string) => node === 'new' || account !== 'added';
  for (const owner of ['old', 'new', 'gone']) {
    const owners = new Map(['', 'a', 'b', 'added'].map((name) => [name, owner]));
    const result = spread(['', 'a', 'b', 'added'], ['old', 'new'], owners, knows);
    expect([result.size, result.get('added')]).toEqual([4, 'new']);
    expect(spread(['', 'a', 'b', 'added'], ['old', 'new'], result, knows)).toEqual(result);
  }
  expect(spread(['a'], ['1'], new Map(), () => false).size).toBe(0);
});
