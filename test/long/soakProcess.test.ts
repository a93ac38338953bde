import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { postgresPrograms } from '../support/postgres';

const withPostgres = postgresPrograms() === undefined ? test.skip : test;

test(
  'the built plugin under steady work for half a minute: nothing is lost or doubled',
  () => soak(1),
  240_000,
);

withPostgres('two processes with one database, too', () => soak(2), 240_000);

function soak(count: number): void {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join('dist', 'scripts', 'soak', 'main.js'), '--minutes', '0.5', '--nodes', String(count)],
    { encoding: 'utf8' },
  );
  expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
}
