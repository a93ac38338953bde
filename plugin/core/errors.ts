import { Text, verbatim } from '../texts/text';

/** What kind of fault it was; the HTTP edge and the logs go by this. */
export type ErrorCode =
  | 'bad-request'
  | 'unauthorized'
  | 'not-signed-in'
  | 'password-needed'
  | 'settings-changed'
  | 'too-many-attempts'
  | 'unknown-account'
  | 'inactive-account'
  | 'no-contact'
  | 'given-up'
  | 'post-too-long'
  | 'post-deleted'
  | 'unknown-recipient'
  | 'unknown-thread'
  | 'unsupported-file'
  | 'file-too-large'
  | 'refused-by-x'
  | 'signed-out-of-x'
  | 'app-refused'
  | 'chat-unavailable'
  | 'chat-locked'
  | 'chat-key-changed'
  | 'rate-limited'
  | 'x-unavailable'
  | 'refused-by-host'
  | 'signed-out-of-host'
  | 'host-unavailable'
  | 'media-unavailable'
  | 'bot-unavailable'
  | 'message-withheld'
  | 'store-unavailable';

interface ErrorDetails {
  /** Whether trying the same again later can succeed. */
  retryable?: boolean;
  /** One sentence for the agent, that needs no knowledge of X or of this plugin. */
  agentMessage?: Text;
  /** The earliest time another try makes sense, in milliseconds since 1970. */
  retryAt?: number;
  /** The call may have taken effect although no answer came. */
  outcomeUnknown?: boolean;
  /** The HTTP status of the other side, where there was an answer. */
  status?: number;
  /** The other side's own name for the fault, such as X's `CrcValidationFailed`. */
  problem?: string;
  cause?: unknown;
}

/** Any fault the plugin foresees. Everything else that is thrown is a defect. */
export class BridgeError extends Error {
  readonly retryable: boolean;
  /** What people read of it: agents, or else whoever made the call. */
  readonly text: Text;
  readonly agentMessage: Text | undefined;
  readonly retryAt: number | undefined;
  readonly outcomeUnknown: boolean;
  readonly status: number | undefined;
  readonly problem: string | undefined;

  constructor(
    readonly code: ErrorCode,
    /** For the log, or the sentence for whoever made the call. */
    message: string | Text,
    details: ErrorDetails = {},
  ) {
    super(String(message), { cause: details.cause });
    this.name = 'BridgeError';
    this.retryable = details.retryable ?? false;
    this.agentMessage = details.agentMessage;
    this.text = details.agentMessage ?? (message instanceof Text ? message : verbatim(message));
    this.retryAt = details.retryAt;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.status = details.status;
    this.problem = details.problem;
  }
}

/** The words of anything thrown, for a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
