import { Chat } from 'chat-xdk-engine';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClosedMessage } from '../../plugin/core/chat';
import type { Log } from '../../plugin/core/ports';
import { systemClock } from '../../plugin/core/clock';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { ChatAccount } from '../../plugin/x/chat/chatAccount';
import { ChatWorkers } from '../../plugin/x/chat/chatWorkers';
import type { XClient } from '../../plugin/x/api/client';
import { ChatPerson } from '../../test/simulators/x/chat/chatPerson';
import { ChatWorld } from '../../test/simulators/x/chat/chatWorld';
import { World } from '../../test/simulators/x/world';
import { median, runs, type Figure } from './figure';

const conversations = 200;
const messagesEach = 10;
/** As many conversations are handed over side by side. */
const sideBySide = 16;
const wanted = 300;
/** The bare library takes the first of them only, to be done sooner. */
const bareConversations = 40;

const brandId = '900000000000000001';
const log: Log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {}, with: () => log };

interface Written {
  world: ChatWorld;
  brand: ChatPerson;
  queueNames: { senderId: string; messages: ClosedMessage[] }[];
}

/** Opening encrypted messages of 200 conversations, from keys and all unknown to the last message. */
export async function openingChat(): Promise<Figure[]> {
  const written = await write();
  const [inThreads, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    inThreads.push(await openAll(written));
    bare.push(openBare(written));
  }
  const perSecond = median(inThreads);
  const ratio = median(inThreads.map((each, run) => each / (bare[run] ?? Infinity)));
  return [
    {
      name: `encrypted messages opened a second, ${conversations} conversations`,
      value: perSecond.toFixed(0),
      claim: { words: `more than ${wanted}`, holds: perSecond > wanted },
    },
    {
      name: 'the same, to the bare library in one thread with all keys known',
      value: `${ratio.toFixed(2)} : 1`,
    },
  ];
}

async function write(): Promise<Written> {
  const world = new ChatWorld(new World(Date.now));
  const brand = await ChatPerson.join(brandId, world);
  const queueNames: Written['queueNames'] = [];
  for (let index = 0; index < conversations; index += 1) {
    const senderId = String(1_700_000_000_000_000_000n + BigInt(index));
    const person = await ChatPerson.join(senderId, world);
    for (let each = 0; each < messagesEach; each += 1)
      await person.say(brandId, `message ${each} of ${index}`);
    const { events } = world.conversation(senderId, brandId);
    const messages = events.map(({ encoded, keyChange, conversationId }) => ({
      event: encoded,
      keyChanges: keyChange === undefined ? [] : [keyChange],
      conversationId,
    }));
    queueNames.push({ senderId, messages });
  }
  return { world, brand, queueNames };
}

/** @returns messages a second */
async function openAll({ world, brand, queueNames }: Written): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'openchannel-x-bench-'));
  const store = await openMessageStore(folder, () => Date.now());
  const threads = new ChatWorkers(join(__dirname, '..', '..', 'plugin', 'chatThread.js'));
  const chat = new ChatAccount({
    account: 'bench',
    settings: { active: true, readReceipts: false, typing: false, neverPlain: true },
    client: showingKeysOf(world),
    workers: threads,
    store: store.chat,
    dataDir: folder,
    dataKey: '',
    clock: systemClock,
    xClock: systemClock,
    onKeys: () => undefined,
    random: Math.random,
    log,
    userId: () => brandId,
  });
  const about = { userId: brandId, version: brand.keyVersion, fingerprint: '', savedAt: '' };
  await chat.keys.keyFile.save({ ...about, origin: 'imported' }, brand.exportKeys());
  await chat.load();
  const began = performance.now();
  let opened = 0;
  const waiting = [...queueNames];
  const work = async () => {
    for (let queueName = waiting.shift(); queueName; queueName = waiting.shift())
      for (const message of queueName.messages)
        if ((await chat.open(message, queueName.senderId)).kind === 'message') opened += 1;
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  const seconds = (performance.now() - began) / 1000;
  await threads.stop();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  if (opened !== conversations * messagesEach) throw new Error(`${opened} messages were opened`);
  return opened / seconds;
}

/** X as far as it is asked. */
function showingKeysOf(world: ChatWorld): XClient {
  const call = ({ path }: { path: string }) => {
    const userId = /^\/2\/users\/(\d+)\/public_keys$/.exec(path)?.[1] ?? '';
    const data = (world.registry.get(userId) ?? []).map((key) => ({
      public_key_version: key.version,
      public_key: key.publicKey,
      signing_public_key: key.signingPublicKey,
      identity_public_key_signature: key.signature,
    }));
    return Promise.resolve({ data });
  };
  return { call } as unknown as XClient;
}

/** What the library does by itself, one message after the other. @returns messages a second */
function openBare({ world, brand, queueNames }: Written): number {
  const chat = new Chat();
  chat.importKeys(brand.exportKeys(), brand.keyVersion);
  const prepared = queueNames.slice(0, bareConversations).map(({ senderId, messages }) => {
    const signers = world.signersOf(senderId);
    const [change] = world.conversation(senderId, brandId).keyChanges;
    const { keyVersion, participantKeys } = chat.decryptEvent(change ?? '', {}, signers) as {
      keyVersion: string;
      participantKeys: { userId: string; encryptedKey: string }[];
    };
    const sealed = participantKeys.find(({ userId }) => userId === brandId)?.encryptedKey ?? '';
    return { messages, signers, keys: { [keyVersion]: chat.decryptConversationKey(sealed) } };
  });
  const began = performance.now();
  for (const { messages, signers, keys } of prepared)
    for (const { event } of messages)
      try {
        chat.decryptEvent(event, keys, signers);
      } catch {
        // The change of the key among them is not for these keys to open.
      }
  return (bareConversations * messagesEach) / ((performance.now() - began) / 1000);
}
