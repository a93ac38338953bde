import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { postgresPrograms } from '../support/postgres';

const counts = postgresPrograms() === undefined ? [1] : [1, 2];

test.each(counts)(
  'the built plugin under steady work for half a minute, %i process(es): nothing is lost or doubled',
  (count) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join('dist', 'scripts', 'soak', 'main.js'), '--minutes', '0.5', '--nodes', String(count)],
      { encoding: 'utf8' },
    );
    expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
  },
  240_000,
);
