import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../plugin/app/version';
import { catalogue } from '../../plugin/settings/catalogue';
import { Rig } from '../support/rig';

/** What was public in the first version of each major one; what is left out of it later is a new major version. */
interface Public {
  settings: string[];
  environment: string[];
  /** Name and type. */
  metrics: string[];
  /** Paths in the answer of `/health`; those below an account begin with the name of what they are about. */
  health: string[];
}

const major = version.split('.')[0]!;
const promised = JSON.parse(readFileSync(join(__dirname, `public-${major}.json`), 'utf8')) as Public;

let rig: Rig;
beforeAll(async () => (rig = await Rig.start()));
afterAll(() => rig.stop());

const missing = (wanted: string[], there: string[]) => wanted.filter((each) => !there.includes(each));

test('every setting, and every environment variable, is still known', () => {
  const settings = catalogue.map(({ path }) => path);
  const environment = catalogue.flatMap(({ about: { env } }) => env ?? []);
  expect(missing(promised.settings, settings)).toEqual([]);
  expect(missing(promised.environment, environment)).toEqual([]);
});

test('every metric is still there', async () => {
  const text = await (await fetch(`${rig.url}/metrics`)).text();
  const metrics = Array.from(text.matchAll(/^# TYPE (\w+) (\w+)/gm), ([, name, type]) => `${name!} ${type!}`);
  expect(missing(promised.metrics, metrics)).toEqual([]);
});

test('/health says at least what it said', async () => {
  const { body } = await rig.health();
  const { accounts, ...rest } = body;
  expect(missing(promised.health, [...pathsIn(rest), ...pathsIn(accounts['support'])])).toEqual([]);
});

function pathsIn(value: unknown, path: string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')];
  return Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]));
}
