import { ensureSubscriptions, removeSubscriptions, wantedSubscriptions } from '../activitySubscriptions';
import { webhooksV2 } from '../webhookApi';
import { DeletionWatch, tagOf } from './deletionWatch';
import type { Receiver, ReceiverPorts } from './receiver';
import { WebhookReceiver } from './webhookReceiver';

/** X Activity by webhook: one subscription for each type of event. */
export function createActivity(ports: ReceiverPorts): Receiver {
  const { account, client } = ports;
  const tag = tagOf(account.name);
  const deletions = new DeletionWatch(ports);
  return new WebhookReceiver(
    {
      api: webhooksV2(client),
      subscribe: async (webhookId) => {
        const wanted = wantedSubscriptions(account, await account.userId());
        return ensureSubscriptions(client, { tag, webhookId, wanted, extra: deletions.wanted() });
      },
      unsubscribe: () => removeSubscriptions(client, tag),
      onPost: (authorId, webhookId) => deletions.onPost(authorId, webhookId),
      replays: true,
    },
    ports,
  );
}
