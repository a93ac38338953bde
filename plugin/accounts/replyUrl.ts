import { languageOfAccount } from '../core/languageOfAccount';
import type { Language } from '../texts/languages';
import { acceptReply, type AcceptPorts } from '../core/outbound/acceptReply';
import type { SubmittedReply } from '../core/outbound/outboundWorker';
import { BridgeError } from '../core/errors';
import { readReplyCall } from '../motion/readReplyCall';
import type { AccountRegistry } from './accountRegistry';
import { say } from '../texts/text';

/** Motion's calls of the Reply URL, free of any transport. */
export class ReplyUrl {
  constructor(
    private readonly accounts: AccountRegistry,
    private readonly ports: AcceptPorts,
  ) {}

  /** Takes a call for the named account, or for the first active one. @throws BridgeError in the agent's words */
  async accept(name: string | undefined, call: unknown): Promise<SubmittedReply> {
    const { accounts, ports } = this;
    const account = name === undefined ? accounts.active()[0] : accounts.byName.get(name);
    if (!account) throw noAccount(name);
    if (!account.active) throw inactive(account.name);
    return acceptReply(readReplyCall(call), account, ports);
  }

  /** What the agents read who call it. */
  languageOf(name: string | undefined): Language {
    const { accounts } = this;
    return languageOfAccount(name === undefined ? accounts.active()[0] : accounts.byName.get(name));
  }

  /** Motion has the answer to its call. */
  noteAnswered(seq: number): void {
    this.ports.worker.noteAnswered(seq);
  }
}

function noAccount(name: string | undefined): BridgeError {
  const words =
    name === undefined ? say('reply.noAccount') : say('reply.unknownAccount', { name: name.slice(0, 64) });
  return new BridgeError('unknown-account', words);
}

function inactive(name: string): BridgeError {
  return new BridgeError('inactive-account', say('reply.inactiveAccount', { name }));
}
