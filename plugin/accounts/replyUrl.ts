import type { AccountParts } from './accountParts';
import { acceptReply } from '../core/outbound/acceptReply';
import { BridgeError } from '../core/errors';
import { readReplyCall } from '../motion/readReplyCall';
import type { ReplyPort } from '../http/reply';

/** Finds the account a Reply URL call is for: the named one, else the first active one. */
export function replyPort(
  accounts: () => AccountParts[],
  ports: Parameters<typeof acceptReply>[2],
): ReplyPort {
  return {
    accept: async (name, call) => {
      const account =
        name === undefined
          ? accounts().find(({ settings }) => settings.active)
          : accounts().find(({ settings }) => settings.name === name);
      if (!account) throw noAccount(name);
      if (!account.settings.active) throw inactive(account.settings.name);
      return acceptReply(readReplyCall(call), account.bridge, ports);
    },
    noteAnswered: (seq) => ports.worker.noteAnswered(seq),
  };
}

function noAccount(name: string | undefined): BridgeError {
  const words =
    name === undefined
      ? 'No X account is active in this channel. Please tell your administrator.'
      : `There is no X account "${name.slice(0, 64)}" in this channel. Please tell your administrator.`;
  return new BridgeError('unknown-account', words, { agentMessage: words });
}

function inactive(name: string): BridgeError {
  const words = `The X account "${name}" is switched off in this channel. Please tell your administrator.`;
  return new BridgeError('inactive-account', words, { agentMessage: words });
}
