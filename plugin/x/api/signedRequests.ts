import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { Readable } from 'node:stream';
import { BridgeError } from '../../core/errors';
import type { Counters } from '../../core/ports';
import type { RemoteClock } from '../../core/remoteClock';
import { guardedAgents, type MayCall } from '../../core/guardedAgent';
import { transportFault, whyUnreachable } from '../../core/transport';
import type { Dialect, DialectName } from './dialect';
import { parseJson } from './parseJson';
import { readProblem } from './readProblem';
import { isWrongSignIn, signInLost } from './refusals';
import type { SignInKind } from './signInKinds';
import type { SignIns, SignedCall } from './signIns';
import { say } from '../../texts/text';

/** One call of X's API in the account's name, or in the app's. */
export interface XCall extends SignedCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path with its parameters filled in, such as `/2/users/me`. */
  path: string;
  query?: Record<string, string>;
  /** What is sent as JSON, or a function that makes the body again for each time it is sent. */
  body?: unknown;
  headers?: Record<string, string>;
  /** The rate limit window this call counts against: the method and the path's pattern. */
  window: string;
  /** Milliseconds until the call is given up. */
  timeout?: number;
  /** Whether the call may have taken effect when no answer came. */
  changesThings?: boolean;
}

/** What X has answered, to whichever sign-in it took or refused last. */
export interface XAnswer {
  status: number;
  headers: AxiosResponse['headers'];
  kind: SignInKind;
  /** The parsed body, an object or a list; undefined when it is empty or something else, and where it is a stream. */
  body: unknown;
  /** The body is neither empty nor JSON: a gateway in between answered, or the answer was cut off. */
  isGarbled?: boolean;
  /** X has refused a token that it has only just handed out. */
  refusesFreshToken?: boolean;
  /** X wants another sign-in, or more rights, for this kind of call. */
  isWrongSignIn?: boolean;
  /** The body as it comes, of a call that asked for it and was answered with 200. */
  stream?: Readable;
}

export interface SignedRequestsOptions {
  account: string;
  apiBaseUrl: string;
  signIns: SignIns;
  dialect: Dialect;
  /** X's. */
  clock: RemoteClock;
  counters: Counters;
  /** Whether a call that changes something may be made, where another process may have taken the account over. */
  mayCall: MayCall | undefined;
  /** Hears that X has refused a sign-in as such, and what it said. */
  onRefused: (kind: SignInKind, said: string) => void;
}

/** X's code for a request that was signed too early or too late (X docs: response codes). */
const timestampRefused = 135;

const defaultTimeout = 15_000;

/** A page of events takes less than 1 MB; what is longer, also after unpacking, is not X's. Bytes. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** Sends calls with the first sign-in that X takes for them, in the names that X knows. */
export class SignedRequests {
  private readonly http: AxiosInstance;
  /** Of calls that change something. */
  private readonly agents: ReturnType<typeof guardedAgents> | undefined;

  constructor(private readonly options: SignedRequestsOptions) {
    this.agents = options.mayCall && guardedAgents(options.mayCall);
    this.http = axios.create({
      baseURL: options.apiBaseUrl.replace(/\/+$/, ''),
      maxRedirects: 0,
      maxContentLength: maxAnswerBytes,
      validateStatus: () => true,
      transformResponse: (data: unknown) => data,
      proxy: false,
    });
  }

  /** @returns X's answer, whatever its status. @throws BridgeError when there was none, or no sign-in can be used */
  async send(call: XCall, asStream = false): Promise<XAnswer> {
    const { signIns } = this.options;
    const kinds = await signIns.for(call);
    let held: BridgeError | undefined;
    for (const [index, kind] of kinds.entries()) {
      const isLast = index === kinds.length - 1;
      const gate = signIns.gateOf(kind);
      const heldUntil = gate?.enter();
      if (heldUntil !== undefined) {
        held = earlier(held, signedOut(heldUntil));
        continue;
      }
      const answer = await this.sendAs(kind, call, asStream).catch((error: unknown) => {
        gate?.learnedNothing();
        if (!(error instanceof BridgeError) || error.code !== 'signed-out-of-x') throw error;
        held = earlier(held, error);
      });
      if (!answer) continue;
      const isWrong =
        isWrongSignIn(answer.status, answer.body) ||
        (answer.refusesFreshToken === true &&
          (await this.isTakenElsewhere(kind).catch((error: unknown) => {
            gate?.learnedNothing();
            throw error;
          })));
      answer.isWrongSignIn = isWrong;
      if (isWrong) signIns.noteRefused(call, kind);
      // What X refused because of the sign-in has had no effect: another one may do it.
      if (isLast || !(isWrong || (answer.status === 401 && kind !== 'app'))) return answer;
      if (isWrong) gate?.learnedNothing();
      else this.options.onRefused(kind, readProblem(answer.body).detail);
    }
    throw held ?? signedOut(undefined);
  }

  /** Whether X takes a sign-in that it has refused for one kind of call, so that the sign-in itself is not to blame. */
  private async isTakenElsewhere(kind: SignInKind): Promise<boolean> {
    const me: XCall = { method: 'GET', path: '/2/users/me', window: 'GET /2/users/me' };
    return (await this.request(kind, me, false)).answer.status === 200;
  }

  /** In the other names where X does not know these; once. */
  private async sendAs(kind: SignInKind, call: XCall, asStream: boolean): Promise<XAnswer> {
    const { dialect } = this.options;
    const query = call.query ?? {};
    const isRefused = (answer: XAnswer, used: DialectName) =>
      answer.status === 400 && dialect.isRefused(query, used, answer.body);
    const first = dialect.current();
    const answer = await this.sendInTime(kind, call, asStream);
    if (!isRefused(answer, first)) return answer;
    dialect.leave(first);
    const second = dialect.current();
    const inOtherNames = await this.sendInTime(kind, call, asStream);
    if (isRefused(inOtherNames, second)) dialect.leave(second);
    else dialect.keep();
    return inOtherNames;
  }

  /** A refusal of the signature's time tells the right one; a token that ended before its time is replaced. Once each. */
  private async sendInTime(kind: SignInKind, call: XCall, asStream: boolean): Promise<XAnswer> {
    const { answer, authorization } = await this.request(kind, call, asStream);
    if (answer.status !== 401 || kind === 'app') return answer;
    if (kind === 'oauth1') {
      const isLate = readProblem(answer.body).code === timestampRefused;
      return isLate ? (await this.request(kind, call, asStream)).answer : answer;
    }
    await this.options.signIns.replaceToken(authorization);
    const again = (await this.request(kind, call, asStream)).answer;
    return again.status === 401 ? { ...again, refusesFreshToken: true } : again;
  }

  private async request(
    kind: SignInKind,
    call: XCall,
    asStream: boolean,
  ): Promise<{ answer: XAnswer; authorization: string }> {
    const { signIns, dialect, clock, counters, account } = this.options;
    const query = new URLSearchParams(dialect.translate(call.query ?? {})).toString();
    const path = query === '' ? call.path : `${call.path}?${query}`;
    const timeout = call.timeout ?? defaultTimeout;
    const url = `${this.http.defaults.baseURL ?? ''}${path}`;
    const authorization = await signIns.authorize(kind, call.method, url);
    const askedAt = clock.toLocal(clock.now());
    try {
      const response = await this.http.request<string | Readable>({
        method: call.method,
        url: path,
        data: typeof call.body === 'function' ? (call.body as () => unknown)() : call.body,
        headers: { ...call.headers, authorization },
        responseType: asStream ? 'stream' : 'text',
        ...(call.changesThings === true ? this.agents : undefined),
        decompress: !asStream,
        timeout,
        // A file takes the time it takes, as long as it goes on.
        ...(asStream ? {} : { signal: AbortSignal.timeout(timeout) }),
      });
      clock.learn(response.headers['date'], askedAt);
      const { status, headers, data } = response;
      counters.count('x_calls', { account, call: call.window, status: String(status) });
      if (asStream && status === 200 && data instanceof Readable)
        return { answer: { status, headers, kind, body: undefined, stream: data }, authorization };
      const text = data instanceof Readable ? await readText(data) : data;
      return { answer: { status, headers, kind, ...readAnswer(text) }, authorization };
    } catch (error) {
      const { code, neverConnected } = transportFault(error);
      throw new BridgeError('x-unavailable', say('transport.x', { why: whyUnreachable(code) }), {
        retryable: true,
        agentMessage: say('x.unreachable'),
        outcomeUnknown: call.changesThings === true && !neverConnected,
      });
    }
  }
}

function readAnswer(text: string): Pick<XAnswer, 'body' | 'isGarbled'> {
  if (text.trim() === '') return { body: undefined };
  try {
    const body = parseJson(text);
    return { body: typeof body === 'object' && body !== null ? body : undefined };
  } catch {
    return { body: undefined, isGarbled: true };
  }
}

/** Bytes of a refusal that are looked at, and how long they may take in milliseconds. */
const maxRefusalBytes = 64 * 1024;
const maxRefusalMs = 10_000;

async function readText(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => stream.destroy(), maxRefusalMs);
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > maxRefusalBytes) break;
    }
  } catch {
    // What came until then says enough; the status counts in any case.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Of two reasons to wait the one that ends first. */
function earlier(one: BridgeError | undefined, other: BridgeError): BridgeError {
  return one && (one.retryAt ?? 0) <= (other.retryAt ?? 0) ? one : other;
}

function signedOut(retryAt: number | undefined): BridgeError {
  return new BridgeError(
    'signed-out-of-x',
    "X refuses the account's sign-in; it is tried again within half an hour, or as soon as somebody connects",
    { retryable: true, agentMessage: signInLost, retryAt },
  );
}
