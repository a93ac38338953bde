import type { Account } from '../../plugin/accounts/account';
import { AccountRegistry } from '../../plugin/accounts/accountRegistry';
import type { Log } from '../../plugin/core/ports';
import type { AccountConfig } from '../../plugin/settings/account';

/** What became of each account, in order. */
let steps: string[];
let broken: string | undefined;

const silent: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, with: () => silent };
const named = (name: string, mapKey = '') => ({ name, mapKey, oauth2: { clientId: '' } }) as AccountConfig;

function create(settings: AccountConfig): Account {
  const { name } = settings;
  if (name === broken) throw new Error('its files cannot be read');
  const step = (what: string) => () => {
    steps.push(`${name} ${what}`);
    return Promise.resolve();
  };
  const account = { name, settings, active: true, start: step('starts'), stop: step('stops') };
  return { ...account, takeDown: step('is taken down'), chat: { unload: step('unloads') } } as never;
}

const registry = () =>
  new AccountRegistry({
    log: silent,
    create,
    handles: () => true,
    fingerprint: (settings) => JSON.stringify(settings),
  });

beforeEach(() => {
  steps = [];
  broken = undefined;
});

test('what changed is stopped before it starts again; what did not, goes on', async () => {
  const accounts = registry();
  await accounts.configure([named('a'), named('b')]);
  expect(await accounts.configure([named('a', 'twitter'), named('b')])).toEqual(['a']);
  expect(steps).toEqual(['a starts', 'b starts', 'a stops', 'a starts']);
});

test('an account that cannot be created takes no running one with it', async () => {
  const accounts = registry();
  await accounts.configure([named('a'), named('b')]);
  broken = 'a';
  await expect(accounts.configure([named('a', 'twitter'), named('b')])).rejects.toThrow('cannot be read');
  expect([...accounts.byName.keys()]).toEqual(['a', 'b']);
  expect(steps).toEqual(['a starts', 'b starts']);
});

test('an account that is removed is stopped and taken down, even where that fails', async () => {
  const accounts = registry();
  await accounts.configure([named('a'), named('b')]);
  await accounts.configure([named('b')]);
  broken = 'b';
  await accounts.configure([]);
  await accounts.stop();
  expect(steps).toEqual(
    expect.arrayContaining(['a stops', 'a unloads', 'a is taken down', 'b stops', 'b unloads']),
  );
  expect(accounts.all()).toEqual([]);
});
