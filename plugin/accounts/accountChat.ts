import type { AccountPartsOptions } from './accountParts';
import type { Clock } from '../core/clock';
import type { ReceivingAccount } from '../core/inbound/ingestEvents';
import type { AccountConfig } from '../settings/schema';
import { ChatAccount } from '../x/chat/chatAccount';
import { ChatSetUp } from '../x/chat/chatSetUp';
import type { XClient } from '../x/api/client';

interface AccountChatOptions extends AccountPartsOptions {
  client: XClient;
  receiving: ReceivingAccount;
  /** X's clock. */
  xClock: Clock;
  /** The account's own user, asked of X while it is not known. */
  findUserId: () => Promise<string>;
}

/** One account's part in encrypted chat, and what sets it up. */
export function createAccountChat(
  { name, chat: settings }: AccountConfig,
  options: AccountChatOptions,
): { chat: ChatAccount; chatSetUp: ChatSetUp } {
  const { config, store, receiving, chatThreads: threads } = options;
  const common = {
    ...options,
    ...config.x,
    account: name,
    threads,
    log: options.log.with({ account: name }),
  };
  const chat = new ChatAccount({
    ...common,
    settings: { ...settings, active: receiving.chat },
    store: store.chat,
    dataDir: config.dataDir,
    userId: receiving.userId,
    onKeys: (conversationId, tag) => options.retryUnread(name, conversationId, tag),
  });
  return { chat, chatSetUp: new ChatSetUp({ ...common, chat }) };
}
