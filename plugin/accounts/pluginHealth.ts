import type { Account } from './account';
import type { MessageStore } from '../core/ports';
import type { Health } from '../core/health';

/** How everything stands, for `/health` and the panel. */
export async function pluginHealth(
  { store, version, logs }: { store: MessageStore; version: string; logs: { dir: string } },
  accounts: Account[],
): Promise<Health> {
  const entries = await Promise.all(
    accounts.map(async (account) => [account.name, await account.health()] as const),
  );
  // Asked last: reading the depths may have shown it.
  const trouble = store.trouble();
  const wrong = entries.some(
    ([, { inbound, outbound, webhook, signIn }]) =>
      webhook.state === 'trouble' ||
      [inbound, outbound].some(({ state }) => state === 'waiting') ||
      [signIn.x, signIn.host].some(({ state }) => state === 'refused'),
  );
  return {
    status: trouble !== undefined ? 'broken' : wrong ? 'degraded' : 'ok',
    version,
    store: trouble === undefined ? { state: 'ok' } : { state: 'broken', reason: trouble },
    log: { dir: logs.dir },
    accounts: Object.fromEntries(entries),
  };
}
