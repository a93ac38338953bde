import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

test('the built plugin under steady work for half a minute: nothing is lost or doubled', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join('dist', 'scripts', 'soak', 'main.js'), '--minutes', '0.5'],
    { encoding: 'utf8' },
  );
  expect({ status, said: status === 0 ? '' : `${stdout}${stderr}` }).toEqual({ status: 0, said: '' });
}, 240_000);
