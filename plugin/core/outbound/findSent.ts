import type { Ports } from '../corePorts';
import { BridgeError } from '../errors';
import type { MessagingAccount, SentMessage } from '../gateways';
import type { StoredOutbound } from '../messages';
import type { Part, Route } from './route';
import { sameText } from '../sameText';
import { say } from '../../texts/text';

export type SentSearchPorts = Ports<'outbox' | 'clock' | 'log'> & {
  /** The time by X's clock, in ms since 1970. */
  xNow: () => number;
};

/** X's clock is known to a second or so; its times of messages and those of its answers may differ a little more. */
const clockSkewMs = 2 * 60_000;

/** The clocks by which a start and a message's time are told differ by no more, as a rule. */
const startSkewMs = 5_000;

/** Looks for the parts of a reply among what the account has sent. X is asked once, at the first part. */
export class SentSearch {
  /** Whether X has shown what was sent. */
  isShown = true;
  private sent: SentMessage[] | undefined;

  constructor(
    private readonly row: StoredOutbound,
    private readonly route: Route,
    private readonly account: MessagingAccount,
    private readonly ports: SentSearchPorts,
  ) {}

  /**
   * @param part what it says: the whole reply's text, this part's words and files
   * @throws BridgeError when X could not be asked
   */
  async find(part: Omit<Part, 'index'>): Promise<SentMessage | undefined> {
    return (await this.unknown(part.text)).find((each) => isSame(each, part));
  }

  /**
   * The message of a reply that is in doubt, whole or together with those behind it, whatever the store says was joined.
   * @returns its id, and which of those behind it are in it
   */
  async findJoined(later: StoredOutbound[]): Promise<{ id: string; others: StoredOutbound[] } | undefined> {
    const { text } = this.row.message;
    for (const { id, text: said } of await this.unknown(text)) {
      let rest = restBehind(said, text);
      if (rest === undefined) continue;
      const others = later.filter(({ message }) => {
        const after = rest === undefined ? undefined : restBehind(rest, message.text);
        if (after !== undefined) rest = after;
        return after !== undefined;
      });
      return { id, others };
    }
    return undefined;
  }

  /** Oldest first: of two equal replies the earlier one is the one whose outcome was lost. */
  private async unknown(text: string): Promise<SentMessage[]> {
    this.sent ??= await this.read(text);
    const ids = this.sent.map(({ id }) => id);
    const known = await this.ports.outbox.knownSentIds(this.account.name, ids);
    return [...this.sent].reverse().filter(({ id }) => !known.has(id));
  }

  private async read(text: string): Promise<SentMessage[]> {
    const { sendingSince, doubt } = this.row;
    const ahead = this.ports.xNow() - this.ports.clock.now();
    const since = sendingSince ?? (doubt ? doubt.from + ahead : Infinity);
    const asking = this.route.sent?.(text, since - clockSkewMs);
    const sent = (await asking?.catch((error: unknown) => this.notShown(error))) ?? [];
    // What came after the start is somebody else's: the process that may have sent this reply had ended.
    const until = sendingSince === undefined && doubt ? doubt.until + ahead + startSkewMs : Infinity;
    return sent.filter(({ sentAt }) => !(sentAt > until));
  }

  /** Where nothing says that it was sent, a conversation that X does not show must not keep it from the customer. */
  private notShown(error: unknown): SentMessage[] {
    if (!(error instanceof BridgeError) || error.retryable) throw error;
    if (this.row.sendingSince !== undefined) throw cannotTell(error);
    this.isShown = false;
    this.ports.log.warn('could not look for a reply on X after the plugin was killed; sending it', {
      answer: this.row.seq,
      reason: error.message,
    });
    return [];
  }
}

function cannotTell(cause: BridgeError): BridgeError {
  const words = say('reply.outcomeUnknown');
  return new BridgeError('refused-by-x', `${String(words)} (${cause.message})`, {
    agentMessage: words,
    outcomeUnknown: true,
    cause,
  });
}

function isSame(sent: SentMessage, { words, files }: Pick<Part, 'words' | 'files'>): boolean {
  const carriesMedia = files.length > 0 === sent.mediaKeys.length > 0;
  return carriesMedia && sameText(sent.text, words);
}

/** What follows a reply's words and a blank line; undefined where a message does not begin with them. */
function restBehind(message: string, words: string): string | undefined {
  if (sameText(message, words)) return '';
  for (const { index, 0: gap } of message.matchAll(/\n[ \t]*\n/g))
    if (sameText(message.slice(0, index), words)) return message.slice(index + gap.length);
  return undefined;
}
