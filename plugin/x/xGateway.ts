import type { Clock } from '../core/clock';
import type { Log } from '../core/ports';
import type { XGateway } from '../core/gateways';
import type { XClient } from './api/client';
import { sendDirectMessage, sentMessages } from './dm/directMessages';
import type { XKeys } from './api/keys';
import { measureFile, tempFolder } from './media/measureFile';
import { openMedia } from './media/openMedia';
import { createReplies } from './posts/replies';
import { uploadMedia } from './media/uploadMedia';
import { userByHandle, userById } from './api/users';

export interface XGatewayOptions {
  client: XClient;
  /** The user's OAuth 1.0a keys, where there are any. */
  keys: XKeys | undefined;
  mediaHosts: readonly string[];
  clock: Clock;
  random: () => number;
  dataDir: string;
  log: Log;
  /** The account's own user, once known. */
  userId: () => string | undefined;
}

/** X as one account sees it. */
export function createXGateway(options: XGatewayOptions): XGateway {
  const { client, keys, mediaHosts, clock, random, dataDir, userId, log } = options;
  return {
    now: () => clock.now(),
    sendDirectMessage: (target, text, mediaId) => sendDirectMessage(client, target, text, mediaId),
    sentMessages: (target, since) => sentMessages(client, target, userId(), since),
    ...createReplies(client, userId),
    uploadMedia: async (file, use, onTransferred) =>
      uploadMedia(await measureFile(file, tempFolder(dataDir)), use, {
        onTransferred,
        client,
        clock,
        random,
        log,
      }),
    openMedia: (url, name) => openMedia(url, name, { client, keys, mediaHosts, clock }),
    userByHandle: (handle) => userByHandle(client, handle),
    userById: (id) => userById(client, id),
  };
}
