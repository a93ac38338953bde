import type { Account } from '../accounts/account';
import { BridgeError, reasonOf } from '../core/errors';
import { encryptedFact } from '../core/inbound/ingestEncrypted';
import { isoTime } from '../core/isoTime';
import type { MessageStore } from '../core/ports';
import type { ChatKeys } from '../panel/api';
import { say } from '../texts/text';

/** Accounts whose keys are being changed: a second click on a PIN would cost a second guess. */
export class KeyChangesInProgress {
  private readonly accounts = new Set<string>();

  /** @throws BridgeError `bad-request` while something else is done with the account's keys */
  async run<T>(account: string, change: () => Promise<T>): Promise<T> {
    if (this.accounts.has(account)) throw new BridgeError('bad-request', say('keys.busy'));
    this.accounts.add(account);
    try {
      return await change();
    } finally {
      this.accounts.delete(account);
    }
  }
}

/** An account's keys for encrypted X Chat as the panel shows them. */
export async function chatKeysView(
  { name, chat, chatSetUp }: Account,
  { facts }: MessageStore,
): Promise<ChatKeys> {
  await chat.keys.ready();
  const at = facts.read(name, encryptedFact);
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

function keysOf({ keys: { keyFile } }: Account['chat']): ChatKeys['keys'] {
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
