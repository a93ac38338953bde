import { Text, verbatim } from '../texts/text';

/** Each kind of fault, by which the logs go, and the HTTP status that a call which meets it is answered with. */
export const httpStatus = {
  'bad-request': 400,
  unauthorized: 401,
  'not-signed-in': 401,
  'password-needed': 403,
  'settings-changed': 409,
  'too-many-attempts': 429,
  'unknown-account': 404,
  'inactive-account': 409,
  'no-contact': 422,
  'given-up': 503,
  'post-too-long': 422,
  'post-deleted': 422,
  'unknown-recipient': 404,
  'unknown-thread': 422,
  'unsupported-file': 415,
  'file-too-large': 413,
  'refused-by-x': 422,
  'signed-out-of-x': 503,
  'app-refused': 503,
  'chat-unavailable': 503,
  'chat-locked': 422,
  'chat-key-changed': 503,
  'rate-limited': 503,
  'x-unavailable': 503,
  'refused-by-host': 422,
  'signed-out-of-host': 503,
  'host-unavailable': 503,
  'media-unavailable': 502,
  'bot-unavailable': 502,
  'message-withheld': 503,
  'store-unavailable': 503,
} satisfies Record<string, number>;

export type ErrorCode = keyof typeof httpStatus;

interface ErrorDetails {
  /** Whether trying the same again later can succeed. */
  retryable?: boolean;
  /** One sentence for the agent, that needs no knowledge of X or of this plugin. */
  agentMessage?: Text | undefined;
  /** The earliest time another try makes sense, in milliseconds since 1970. */
  retryAt?: number | undefined;
  /** The call may have taken effect although no answer came. */
  outcomeUnknown?: boolean;
  /** The HTTP status of the other side, where there was an answer. */
  status?: number | undefined;
  /** The other side's own name for the fault, such as X's `CrcValidationFailed`. */
  problem?: string | undefined;
  cause?: unknown;
}

/** Any fault the plugin foresees. Everything else that is thrown is a defect. */
export class BridgeError extends Error {
  readonly retryable: boolean;
  /** What people read of it: agents, or else whoever made the call. */
  readonly text: Text;
  /** The message, in the reader's language where it can be told in one. */
  readonly words: Text;
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
    this.words = message instanceof Text ? message : verbatim(message);
    this.text = details.agentMessage ?? this.words;
    this.retryAt = details.retryAt;
    this.outcomeUnknown = details.outcomeUnknown ?? false;
    this.status = details.status;
    this.problem = details.problem;
  }
}

/** What whoever called has to put right. */
export function refusal(words: Text): BridgeError {
  return new BridgeError('bad-request', words);
}

/** The words of anything thrown, for a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
