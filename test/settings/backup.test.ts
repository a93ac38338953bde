import { exportSettings, mergeImport, readBackup } from '../../plugin/admin/backup';

const about = { version: '0.7.0', now: 0 };
const password = 'of the backup';

test('a secret under its former name comes back from a backup', async () => {
  const former = { accounts: [{ name: 'a', delivery: 'api', apiSecret: 'the former secret' }] };
  const content = await exportSettings(former, password, about);
  const now = { accounts: [{ name: 'a', delivery: 'relay', relaySecret: 'the present secret' }] };
  const { accounts } = mergeImport(now, await readBackup(content, password)) as {
    accounts: Record<string, unknown>[];
  };
  expect(accounts[0]).toMatchObject({ delivery: 'relay', relaySecret: 'the former secret' });
  expect(accounts[0]).not.toHaveProperty('apiSecret');
});
