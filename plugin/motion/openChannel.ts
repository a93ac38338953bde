import { z } from 'zod';
import type { Clock } from '../core/clock';
import { BridgeError } from '../core/errors';
import type { AccountFacts } from '../core/accountFacts';
import type { Log } from '../core/ports';
import type { MotionGateway, Notification, NotifyReceipt } from '../core/gateways';
import { openAttachment, putAttachment } from './attachments';
import type { HostClient } from './client';
import { hasContact, updateContact } from './contacts';
import { isClosed, messagesOf, notify, type NotifyVerb } from './notify';
import { say } from '../texts/text';

export interface OpenChannelOptions {
  client: HostClient;
  /** The account's name in our configuration. */
  account: string;
  openChannelAccountId: number;
  /** The Map Key set in the configuration; empty: ask the host. */
  mapKey: string;
  facts: AccountFacts;
  /** The host's. */
  clock: Clock;
  log: Log;
}

const openChannelAccount = z.object({ mapKey: z.string().min(1) });

/** The host as one account sees it. */
export function createOpenChannel(options: OpenChannelOptions): MotionGateway {
  const { client } = options;
  const mapKeys = mapKeyOf(options);
  const send = notifierOf(options);
  return {
    now: () => options.clock.now(),
    ...mapKeys,
    notify: send,
    putAttachment: (file) => putAttachment(client, file),
    openAttachment: (id) => openAttachment(client, id),
    messagesOf: (interactionId, since) => messagesOf(client, interactionId, since),
    isClosed: (interactionId) => isClosed(client, interactionId),
    updateContact: async (mapValue, fields) =>
      updateContact(client, await mapKeys.mapKey(), mapValue, fields),
    hasContact: async (mapValue) => hasContact(client, await mapKeys.mapKey(), mapValue),
  };
}

/** The Map Key, kept across restarts so that a host that is down does not hold up agents' answers. */
function mapKeyOf(options: OpenChannelOptions): Pick<MotionGateway, 'mapKey' | 'refreshMapKey'> {
  const { account, openChannelAccountId, facts, log } = options;
  const fact = `mapKey of ${openChannelAccountId}`;
  const refresh = async () => {
    if (options.mapKey !== '') return options.mapKey;
    const mapKey = await readMapKey(options);
    const before = facts.read(account, fact);
    if (before !== mapKey) {
      log.info('Map Key read from XCALLY Motion', {
        account,
        mapKey,
        ...(before === undefined ? {} : { before }),
      });
      facts.save(account, fact, mapKey);
    }
    return mapKey;
  };
  return {
    refreshMapKey: refresh,
    mapKey: async () => options.mapKey || (facts.read(account, fact) ?? (await refresh())),
  };
}

async function readMapKey({ client, openChannelAccountId }: OpenChannelOptions): Promise<string> {
  const name = 'GET /openchannel/accounts/:id';
  const path = `/openchannel/accounts/${openChannelAccountId}`;
  const response = await client
    .call<unknown>({ method: 'GET', path, name, timeout: 3_000 })
    .catch((error: unknown) => {
      if (error instanceof BridgeError && error.status === 404) throw noSuchAccount(openChannelAccountId);
      throw error;
    });
  const read = openChannelAccount.safeParse(response.data);
  if (read.success) return read.data.mapKey;
  throw new BridgeError(
    'host-unavailable',
    `Open Channel account ${openChannelAccountId} has no Map Key: choose one on XCALLY Motion, or set mapKey`,
    {
      retryable: true,
      agentMessage: say('motion.notSetUp'),
    },
  );
}

/** Old hosts know notify only as receive: which one this host has is found out when notify is not there. */
function notifierOf({ client, openChannelAccountId, log, account }: OpenChannelOptions) {
  let verb: NotifyVerb = 'notify';
  return async (notification: Notification): Promise<NotifyReceipt> => {
    try {
      return await notify(client, openChannelAccountId, verb, notification);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.status !== 404) throw error;
    }
    const other: NotifyVerb = verb === 'notify' ? 'receive' : 'notify';
    try {
      const receipt = await notify(client, openChannelAccountId, other, notification);
      log.info('XCALLY Motion takes messages at its other address', { account, verb: other });
      verb = other;
      return receipt;
    } catch (error) {
      if (error instanceof BridgeError && error.status === 404) throw noSuchAccount(openChannelAccountId);
      throw error;
    }
  };
}

function noSuchAccount(id: number): BridgeError {
  return new BridgeError(
    'host-unavailable',
    `XCALLY Motion has no Open Channel account ${id}: correct openChannelAccountId, or create the account on XCALLY Motion`,
    {
      retryable: true,
      agentMessage: say('motion.notSetUp'),
    },
  );
}
