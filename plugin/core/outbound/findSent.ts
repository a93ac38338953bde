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

/** Looks for the parts of a reply among what the account has sent. X is asked once, at the first part. */
export class SentSearch {
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
    this.sent ??= await this.read(part.text);
    const known = this.ports.outbox.knownSentIds(
      this.account.name,
      this.sent.map(({ id }) => id),
    );
    // Oldest first: of two equal replies the earlier one is the one whose outcome was lost.
    return [...this.sent].reverse().find((each) => !known.has(each.id) && isSame(each, part));
  }

  private async read(text: string): Promise<SentMessage[]> {
    const { sendingSince, doubt } = this.row;
    const ahead = this.ports.xNow() - this.ports.clock.now();
    const since = Math.min(sendingSince ?? Infinity, doubt ? doubt.from + ahead : Infinity);
    const asking = this.route.sent?.(text, since - clockSkewMs);
    const sent = (await asking?.catch((error: unknown) => this.notShown(error))) ?? [];
    // What came after the start is somebody else's: the process that may have sent this reply had ended.
    const until = sendingSince === undefined && doubt ? doubt.until + ahead : Infinity;
    return sent.filter(({ sentAt }) => sentAt <= until);
  }

  /** Where nothing says that it was sent, a conversation that X does not show must not keep it from the customer. */
  private notShown(error: unknown): SentMessage[] {
    if (!(error instanceof BridgeError) || error.retryable) throw error;
    if (this.row.sendingSince !== undefined) throw cannotTell(error);
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
