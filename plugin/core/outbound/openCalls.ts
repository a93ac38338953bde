import type { Clock } from '../clock';
import { BridgeError } from '../errors';
import type { StoredOutbound } from '../messages';
import { phrase } from '../../texts/text';

/** How a reply stands when the host has to be told something. */
export type ReplyResult =
  | { status: 'sent'; ids: string[] }
  | { status: 'queued'; reason: string; retryAt: number | undefined }
  | { status: 'failed'; error: BridgeError };

/** Nothing is known of it in time. */
export function stillSending(): ReplyResult {
  return { status: 'queued', reason: phrase('reply.stillSending'), retryAt: undefined };
}

/** What became of a reply that has come to its end. */
export function outcomeOfEnded(row: StoredOutbound | undefined): ReplyResult | undefined {
  if (row?.state === 'delivered') return { status: 'sent', ids: row.sentIds };
  if (row?.state !== 'failed') return undefined;
  return { status: 'failed', error: new BridgeError('refused-by-x', row.reason ?? '') };
}

interface OpenCall {
  seq: number;
  queueName: string;
  isElsewhere: boolean;
  settle: (result: ReplyResult) => void;
}

/** Calls of the Reply URL that wait to hear what becomes of a reply. */
export class OpenCalls {
  private readonly calls = new Set<OpenCall>();

  constructor(private readonly clock: Clock) {}

  /**
   * Resolves with the reply's outcome, after at most so many milliseconds.
   * @param isElsewhere another process asks, whose own call may be over by then
   */
  wait(seq: number, queueName: string, timeoutMs: number, isElsewhere = false): Promise<ReplyResult> {
    return new Promise((resolve) => {
      let cancel = () => {};
      const call: OpenCall = {
        seq,
        queueName,
        isElsewhere,
        settle: (result) => {
          cancel();
          this.calls.delete(call);
          resolve(result);
        },
      };
      this.calls.add(call);
      cancel = this.clock.after(timeoutMs, () => call.settle(stillSending()));
    });
  }

  /** Whether a call waits for this reply that certainly gets its outcome. */
  has(seq: number): boolean {
    return [...this.calls].some((call) => call.seq === seq && !call.isElsewhere);
  }

  /** Everybody who waits for this reply hears its outcome. */
  settle(seq: number, result: ReplyResult): void {
    for (const call of [...this.calls]) if (call.seq === seq) call.settle(result);
  }

  /** The whole queue waits: everybody who waits for one of its replies hears so. */
  settleLane(queueName: string, result: ReplyResult): void {
    for (const call of [...this.calls]) if (call.queueName === queueName) call.settle(result);
  }
}
