import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Opened } from '../../plugin/core/chat';
import { systemClock } from '../../plugin/core/clock';
import type { Log, MessageStore } from '../../plugin/core/ports';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { ChatAccount } from '../../plugin/x/chat/chatAccount';
import { ChatWorkers } from '../../plugin/x/chat/chatWorkers';
import type { XClient } from '../../plugin/x/api/client';
import { scratchFolder } from '../support/scratch';

interface Vectors {
  private_keys_concat_b64: string;
  identity_public_b64: string;
  signing_public_b64: string;
  identity_public_key_signature_b64: string;
  event_sender_id: string;
  event_signing_key_version: string;
  event_conversation_id: string;
  event_key_change_b64: string;
  event_message_b64: string;
  event_message_text: string;
  event_reply_valid_b64: string;
  event_reply_text: string;
  event_reply_forged_b64: string;
  event_reply_forged_preview_text: string;
  event_failure_b64?: string;
  event_garbage_b64: string;
}

/** Our own, or others of the same shape: `XCHAT_VECTORS=<file> npx jest chatVectors`. */
const file = process.env['XCHAT_VECTORS'] ?? join(__dirname, 'chat-vectors.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const log: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, with: () => log };

/** X as far as it is asked: it shows the sender's keys, and remembers no change of the conversation's. */
const client = {
  call: ({ path }: { path: string }) =>
    Promise.resolve(
      path.endsWith('/public_keys')
        ? {
            data: [
              {
                public_key_version: vectors.event_signing_key_version,
                public_key: vectors.identity_public_b64,
                signing_public_key: vectors.signing_public_b64,
                identity_public_key_signature: vectors.identity_public_key_signature_b64,
              },
            ],
          }
        : {},
    ),
} as unknown as XClient;

const folder = scratchFolder();
const threads = new ChatWorkers(resolve('dist/plugin/chatThread.js'));
let store: MessageStore;
let chat: ChatAccount;

beforeAll(async () => {
  store = await openMessageStore(folder, () => Date.now());
  chat = new ChatAccount({
    account: 'a',
    settings: { active: true, readReceipts: false, typing: false, neverPlain: true },
    client,
    workers: threads,
    store: store.chat,
    dataDir: folder,
    dataKey: '',
    clock: systemClock,
    xClock: systemClock,
    onKeys: () => undefined,
    random: Math.random,
    log,
    userId: () => vectors.event_sender_id,
  });
  const keys = Buffer.from(vectors.private_keys_concat_b64, 'base64');
  const about = { userId: vectors.event_sender_id, version: vectors.event_signing_key_version };
  await chat.keys.keyFile.save({ ...about, fingerprint: '', origin: 'imported', savedAt: '' }, keys);
});

afterAll(async () => {
  await threads.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (event: string, keyChanges: string[] = []): Promise<Opened> =>
  chat.open({ event, keyChanges, conversationId: vectors.event_conversation_id }, vectors.event_sender_id);
const textOf = (opened: Opened) => (opened.kind === 'message' ? opened.text : undefined);

test('without the change of the key, the message is told to be closed', async () => {
  expect(await open(vectors.event_message_b64)).toMatchObject({
    kind: 'notice',
    words: expect.stringMatching(/X shows no key for it/) as string,
  });
});

test('the change of the key, then the message', async () => {
  expect(await open(vectors.event_key_change_b64)).toEqual({ kind: 'nothing' });
  expect(await open(vectors.event_message_b64)).toMatchObject({
    kind: 'message',
    text: vectors.event_message_text,
    media: [],
  });
});

test('a reply with what it quotes; a forged quote is left out', async () => {
  const keyChanges = [vectors.event_key_change_b64];
  expect(textOf(await open(vectors.event_reply_valid_b64, keyChanges))).toBe(
    `> ${vectors.event_message_text}\n${vectors.event_reply_text}`,
  );
  const forged = textOf(await open(vectors.event_reply_forged_b64, keyChanges));
  expect(forged).toContain(vectors.event_reply_text);
  expect(forged).toMatch(/not as it was written/);
  expect(forged).not.toContain(vectors.event_reply_forged_preview_text);
});

test('a word of X itself is no message, and garbage is told', async () => {
  if (vectors.event_failure_b64 !== undefined)
    expect(await open(vectors.event_failure_b64)).toMatchObject({
      kind: 'failure',
      why: expect.any(String) as string,
    });
  expect(await open(vectors.event_garbage_b64)).toMatchObject({
    kind: 'notice',
    words: expect.stringMatching(/arrived damaged/) as string,
  });
});
