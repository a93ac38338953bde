import type { Account } from './account';
import type { MessageStore } from '../core/ports';
import type { ClusterNode } from '../core/cluster';
import type { Health, NodeHealth } from '../core/health';
import { isoTime } from '../core/isoTime';

function nodeHealth({ startedAt, seenAt, ...node }: ClusterNode): NodeHealth {
  return { ...node, startedAt: isoTime(startedAt), lastSeenAt: isoTime(seenAt) };
}

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
    ...(store.cluster.isShared ? { nodes: store.cluster.nodes().map(nodeHealth) } : {}),
    store: trouble === undefined ? { state: 'ok' } : { state: 'broken', reason: trouble },
    log: { dir: logs.dir },
    accounts: Object.fromEntries(entries),
  };
}
