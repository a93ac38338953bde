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
  /** Method and path, and what is answered to a stranger's empty call. */
  addresses: { call: string; status: number }[];
  /** Of the lines a message and a reply leave. */
  logFields: string[];
}

const major = version.split('.')[0]!;
const promised = JSON.parse(readFileSync(join(__dirname, `public-${major}.json`), 'utf8')) as Public;

let rig: Rig;
beforeAll(async () => (rig = await Rig.start({ panel: true })));
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

test('every address that others call is still there', async () => {
  const answered = await Promise.all(
    promised.addresses.map(async ({ call }) => {
      const [method, path] = call.split(' ') as [string, string];
      return { call, status: (await fetch(rig.url + path, { method })).status };
    }),
  );
  expect(answered).toEqual(promised.addresses);
});

test('log lines have the same form, and name their fields as they did', async () => {
  await rig.host.agentWrites(await rig.interaction(), 'hello');
  rig.host.faults.add({ when: /notify$/, status: 503 });
  await rig.customerWrites('is anybody there?');
  await rig.receives(2);
  const lines = (await rig.logged(/503/)).trim().split('\n');
  const form = /^VERBOSE \[[\d-]+ [\d:]+\] \[(?:INFO|WARN|ERROR|DEBUG)\] \[[A-Z-]+\] - [^{]+( \{.*\})?$/;
  expect(lines.filter((line) => !form.test(line))).toEqual([]);
  const fields = lines.flatMap((line) => Object.keys(JSON.parse(form.exec(line)?.[1] ?? '{}') as object));
  expect(missing(promised.logFields, fields)).toEqual([]);
});

function pathsIn(value: unknown, path: string[] = []): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path.join('.')];
  return Object.entries(value).flatMap(([key, each]) => pathsIn(each, [...path, key]));
}
