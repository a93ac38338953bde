import { DescriptorWatch } from '../../plugin/app/descriptorWatch';

test('a process that can open hardly any more files hears when that begins, now and then, and when it is over', () => {
  let left = 500;
  const heard: string[] = [];
  const watch = new DescriptorWatch(
    () => left,
    (moment) => heard.push(moment),
  );
  const look = (times: number, files: number) => {
    left = files;
    for (let time = 0; time < times; time += 1) watch.look();
  };
  look(5, 500);
  expect(heard).toEqual([]);
  look(1, 0);
  expect(heard).toEqual(['begins']);
  look(2, 500);
  look(27, 0);
  expect(heard).toEqual(['begins']);
  look(1, 3);
  expect(heard).toEqual(['begins', 'lasts']);
  look(3, 500);
  look(60, 500);
  expect(heard).toEqual(['begins', 'lasts', 'is over']);
  look(1, 0);
  expect(heard.at(-1)).toBe('begins');
});
