import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ChatWorkers } from '../../plugin/x/chat/chatWorkers';

const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-threads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('whoever waits for a thread that dies hears so, and may try again', async () => {
  const file = join(folder, 'dying.js');
  writeFileSync(file, "require('worker_threads').parentPort.on('message', () => process.exit(1));");
  const threads = new ChatWorkers(file);
  const calls = [1, 2, 3].map(() => threads.call('generate', null).catch((error: unknown) => error));
  for (const fault of await Promise.all(calls))
    expect(fault).toMatchObject({ code: 'chat-unavailable', retryable: true });
  await expect(threads.call('generate', null)).rejects.toMatchObject({ code: 'chat-unavailable' });
  await threads.stop();
  await expect(threads.call('generate', null, 'elsewhere')).rejects.toMatchObject({
    code: 'chat-unavailable',
  });
});

test('a thread that has to be replaced knows the accounts as the former one did', async () => {
  const threads = new ChatWorkers(resolve('dist/plugin/chatThread.js'));
  const { keys, registration } = await threads.call('generate', null);
  const identity = () =>
    Promise.resolve({ account: 'a', userId: '1', version: '1', keys: Uint8Array.from(keys) });
  await threads.load('a', identity);
  const ownKey = registration.publicKey.publicKey;
  const publicKeys = ['1', '2'].map((userId) => ({
    userId,
    publicKey: registration.publicKey.publicKey,
    keyVersion: '1',
  }));
  // Each of these goes to another thread; both make keys in the account's name.
  for (const about of ['', 'b'])
    expect(await threads.call('prepareKeys', { account: 'a', ownKey, publicKeys }, about)).toMatchObject({
      conversationId: '1:2',
    });
  await threads.unload('a');
  await expect(threads.call('prepareKeys', { account: 'a', ownKey, publicKeys })).rejects.toThrow(
    /has no keys here/,
  );
  await threads.stop();
});
