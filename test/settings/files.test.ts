import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { setting } from '../../plugin/settings/about';
import { catalogue, isSecretPath, settingsIn } from '../../plugin/settings/catalogue';

test('the documents and the example are what the settings say of themselves', () => {
  const { stdout, status } = spawnSync(process.execPath, ['dist/scripts/settings/main.js', '--check'], {
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});

test('a setting that nobody has described is refused', () => {
  const schema = z.object({
    one: setting({ label: 'One' }, z.boolean().default(false)),
    part: z.object({ other: z.boolean().default(false) }),
  });
  expect(() => settingsIn(schema, [])).toThrow('the setting part.other has no description');
});

test('everything that is named like a secret is one', () => {
  const suspicious = catalogue.filter(({ path }) => /secret|token|password|key$/i.test(path));
  const plain = suspicious.filter(({ path }) => !isSecretPath(path)).map(({ path }) => path);
  expect(plain).toEqual(['accounts.*.mapKey', 'accounts.*.mentions.mapKey']);
  expect(suspicious.length).toBeGreaterThan(10);
});

test('no two settings of one part have the same name', () => {
  const names = catalogue.map(({ about, path }) => `${about.group ?? path}: ${about.label}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
