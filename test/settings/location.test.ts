import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { locateConfig } from '../../plugin/settings/location';

const workingDirectory = process.cwd();
let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'openchannel-x-location-')));
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'plugins', 'openchannel-x-1.0.0'), { recursive: true });
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(workingDirectory);
  rmSync(folder, { recursive: true, force: true });
});

const home = () => join(folder, 'home');
const installed = () => join(folder, 'plugins', 'openchannel-x-1.0.0');

test('the flag comes first and must be there; then PLUGIN_CONFIG, which may be missing yet', () => {
  const environment = { PLUGIN_CONFIG: '/etc/x.json' };
  expect(locateConfig('own.json', environment, installed(), home())).toEqual({
    file: join(folder, 'own.json'),
    mayBeMissing: false,
  });
  expect(locateConfig(undefined, environment, installed(), home())).toEqual({
    file: '/etc/x.json',
    mayBeMissing: true,
  });
});

test('a checkout, or a file in the working directory: that one, and it must be there', () => {
  const here = { file: join(folder, 'plugin.config.json'), mayBeMissing: false };
  expect(locateConfig(undefined, {}, undefined, home())).toEqual(here);
  writeFileSync('plugin.config.json', '{}');
  expect(locateConfig(undefined, {}, installed(), home())).toEqual(here);
});

test('an installed plugin: beside its own folder, so that a newer version finds it', () => {
  const beside = join(folder, 'plugins', 'openchannel-x-data', 'plugin.config.json');
  expect(locateConfig(undefined, {}, installed(), home())).toEqual({ file: beside, mayBeMissing: true });
  expect(locateConfig(undefined, {}, installed().replace('1.0.0', '2.0.0'), home()).file).toBe(beside);
});

test('where nothing can be written beside it: in the home; where there is none either: told', () => {
  const readOnly = '/proc/self/plugins/openchannel-x-1.0.0';
  expect(locateConfig(undefined, {}, readOnly, home()).file).toBe(
    join(folder, 'home', '.openchannel-x', 'plugin.config.json'),
  );
  expect(() => locateConfig(undefined, {}, readOnly, '/proc/nobody')).toThrow('PLUGIN_CONFIG');
});
