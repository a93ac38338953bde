import type { AccountParts } from './accountParts';
import type { AdminPorts, ChatKeysPort } from '../admin/ports';
import { encryptedFact } from '../core/inbound/ingestEncrypted';
import { BridgeError, reasonOf } from '../core/errors';
import type { MessageStore } from '../core/ports';
import type { ChatKeys } from '../panel/api';
import { isoTime } from '../core/isoTime';

/** Accounts' keys for encrypted chat as the panel's server side sees them; one thing at a time is done with an account's. */
export function chatKeysPorts(
  partsOf: (account: string) => AccountParts,
  { store }: { store: MessageStore },
): AdminPorts['chatKeys'] {
  const busy = new Set<string>();
  return (account): ChatKeysPort => {
    const parts = partsOf(account);
    const alone = async <T>(work: () => Promise<T>): Promise<T> => {
      // A second click on a PIN would cost a second guess.
      if (busy.has(account))
        throw new BridgeError(
          'bad-request',
          "Something is being done with this account's keys: wait for it to end.",
        );
      busy.add(account);
      try {
        return await work();
      } finally {
        busy.delete(account);
      }
    };
    const { chatSetUp } = parts;
    return {
      view: () => viewOf(parts, store),
      create: (replace, pin) => alone(() => chatSetUp.create(replace, pin)),
      backUp: (pin) => alone(() => chatSetUp.backUp(pin)),
      recover: (pin) => alone(() => chatSetUp.recover(pin)),
      import: (content, password) => alone(() => chatSetUp.import(content, password)),
      export: (password) => chatSetUp.export(password),
    };
  };
}

async function viewOf(
  { settings, chat, chatSetUp }: AccountParts,
  { facts }: MessageStore,
): Promise<ChatKeys> {
  await chat.keys.ready();
  const at = facts.read(settings.name, encryptedFact);
  const onX = await chatSetUp.keysOnX().then(
    ({ versions, backup }) => ({ versions, backup }),
    (error: unknown) => ({ trouble: reasonOf(error) }),
  );
  const keys = keysOf(chat);
  return {
    ...chat.standing(),
    isProtected: chat.keys.keyFile.encrypts(),
    ...(keys === undefined ? {} : { keys }),
    ...(at === undefined ? {} : { lastMessageAt: isoTime(Number(at)) }),
    onX,
  };
}

function keysOf({ keys: { keyFile } }: AccountParts['chat']): ChatKeys['keys'] {
  try {
    const info = keyFile.info();
    if (!info) return undefined;
    const { fingerprint, version, origin, savedAt, encrypted } = info;
    return { fingerprint, origin, savedAt, encrypted, ...(version === undefined ? {} : { version }) };
  } catch {
    // Why the file cannot be understood is in the standing already.
    return undefined;
  }
}
