import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { BridgeError } from '../bridge/errors';
import { chargeOf } from './charges';
import type { Charges, Counters, RateLimitWindows } from '../bridge/ports';
import type { RemoteClock } from '../bridge/remoteClock';
import { transportFault } from '../bridge/transport';
import type { AppToken } from './appToken';
import { CallBudget, type KnownWindow } from './callBudget';
import type { XKeys } from './keys';
import { parseJson } from './parseJson';
import { readRateLimit, type RateLimit } from './rateLimitHeaders';
import { readProblem } from './readProblem';
import { refusalOf, signInLost, type Refusal } from './refusals';
import type { SignInGate } from '../bridge/signInGate';
import { signRequest } from './signRequest';

/** One call of X's API in the account's name, or in the app's. */
export interface XCall {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Who calls: the account's user, unless told. */
  as?: 'user' | 'app';
  /** The path with its parameters filled in, such as `/2/users/me`. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
  /** The rate limit window this call counts against: the method and the path's pattern. */
  window: string;
  /** Milliseconds until the call is given up. */
  timeout?: number;
  /** Whether the call may have taken effect when no answer came. */
  changesThings?: boolean;
}

export interface XClientOptions {
  account: string;
  apiBaseUrl: string;
  keys: XKeys;
  windows: RateLimitWindows;
  /** X's. */
  clock: RemoteClock;
  counters: Counters;
  appToken: AppToken;
  gate: SignInGate;
  charges: Charges;
  /** Hears whether X accepted the account's keys. */
  onSignIn: (accepted: boolean, reason: string | undefined) => void;
}

/** X's code for a request that was signed too early or too late (X docs: response codes). */
const timestampRefused = 135;

const defaultTimeout = 15_000;

/** A page of events takes less than 1 MB; what is longer, also after unpacking, is not X's. Bytes. */
const longestAnswer = 16 * 1024 * 1024;

/** X's API in one account's name: signs, minds the rate limit windows, and turns faults into BridgeErrors. */
export class XClient {
  private readonly http: AxiosInstance;
  private readonly budget: CallBudget;

  constructor(private readonly options: XClientOptions) {
    this.budget = new CallBudget(options.clock);
    this.http = axios.create({
      baseURL: options.apiBaseUrl.replace(/\/+$/, ''),
      maxRedirects: 0,
      maxContentLength: longestAnswer,
      validateStatus: () => true,
      responseType: 'text',
      transformResponse: (data: unknown) => data,
      proxy: false,
    });
  }

  /**
   * Makes a call.
   * @returns the parsed answer, undefined when it is empty
   * @throws BridgeError; without calling: `rate-limited` when the window is known to be used up, and
   *   `signed-out-of-x` while X refuses the account's keys
   */
  async call(call: XCall): Promise<unknown> {
    const { account, windows, clock, gate } = this.options;
    const closedUntil = windows.closedUntil(account, call.window, clock.now());
    if (closedUntil !== undefined) throw this.rateLimited(call, closedUntil);
    const usedUpUntil = await this.budget.enter(call.window);
    if (usedUpUntil !== undefined) throw this.rateLimited(call, usedUpUntil);
    const response = await this.withinBudget(call, () => {
      const heldUntil = call.as === 'app' ? undefined : gate.enter();
      if (heldUntil !== undefined) throw signedOut(heldUntil);
      return this.requestInTime(call);
    });
    const answer = readAnswer(response.data);
    if (response.status < 200 || response.status >= 300) throw this.faultOf(call, response, answer);
    this.noteCharge(call, answer);
    if (call.as !== 'app') {
      gate.accepted();
      this.options.onSignIn(true, undefined);
    }
    return answer;
  }

  /** The windows X has told of in this run, the tightest first. */
  windows(): KnownWindow[] {
    return this.budget.known();
  }

  /** What goes into the `Authorization` header of a call. */
  async authorize(as: 'user' | 'app', method: string, url: string): Promise<string> {
    return as === 'app'
      ? `Bearer ${await this.options.appToken.get()}`
      : signRequest(this.options.keys, method, url, this.options.clock.now());
  }

  /** X no longer takes the app's token: the next call in the app's name derives a new one. */
  dropAppToken(): void {
    this.options.appToken.drop();
  }

  /** X's answer to what was signed at the wrong time tells the right one. */
  private async requestInTime(call: XCall): Promise<AxiosResponse<string>> {
    const response = await this.request(call);
    const isLate =
      response.status === 401 && readProblem(readAnswer(response.data)).code === timestampRefused;
    return isLate ? this.request(call) : response;
  }

  private async request(call: XCall): Promise<AxiosResponse<string>> {
    const query = new URLSearchParams(call.query).toString();
    const path = query === '' ? call.path : `${call.path}?${query}`;
    const url = `${this.http.defaults.baseURL ?? ''}${path}`;
    const timeout = call.timeout ?? defaultTimeout;
    const authorization = await this.authorize(call.as ?? 'user', call.method, url);
    const { clock } = this.options;
    const askedAt = clock.toLocal(clock.now());
    try {
      const response = await this.http.request<string>({
        method: call.method,
        url: path,
        data: call.body,
        headers: { ...call.headers, authorization },
        timeout,
        signal: AbortSignal.timeout(timeout),
      });
      clock.learn(response.headers['date'], askedAt);
      this.options.counters.count('x_calls', {
        account: this.options.account,
        call: call.window,
        status: String(response.status),
      });
      return response;
    } catch (error) {
      const { code, neverConnected } = transportFault(error);
      throw new BridgeError('x-unavailable', `X cannot be reached (${code}) for ${call.window}`, {
        retryable: true,
        agentMessage: 'X cannot be reached right now; the message will be sent as soon as it can.',
        outcomeUnknown: call.changesThings === true && !neverConnected,
      });
    }
  }

  /** Gives back the place in the budget, with what X said of the window. */
  private async withinBudget(
    { window }: XCall,
    request: () => Promise<AxiosResponse<string>>,
  ): Promise<AxiosResponse<string>> {
    let told: RateLimit | undefined;
    try {
      const response = await request();
      told = readRateLimit(response.headers);
      if (told.left === 0) this.keepWindow(window, told.resetAt);
      return response;
    } finally {
      this.budget.leave(window, told);
    }
  }

  private noteCharge(call: XCall, answer: unknown): void {
    const charge = chargeOf(call, answer);
    if (!charge) return;
    try {
      this.options.charges.note(this.options.account, charge.kind, charge.count);
    } catch {
      // An estimate is not worth losing X's answer for.
    }
  }

  /** A used-up window is kept across restarts. */
  private keepWindow(window: string, resetAt: number): void {
    try {
      this.options.windows.learn(this.options.account, window, 0, resetAt);
    } catch {
      // What X answered counts more than that its window could not be written down; 429 will say it again.
    }
  }

  private faultOf(call: XCall, response: AxiosResponse, answer: unknown): BridgeError {
    const { status } = response;
    const { code, problem, detail } = readProblem(answer);
    if (status === 429) {
      const opensAt = this.resetOf(response);
      // Also where X does not say when: else every conversation that waits would ask by itself.
      this.keepWindow(call.window, opensAt);
      return this.rateLimited(call, opensAt);
    }
    const refusal = refusalOf(status, code, detail);
    const said = [
      `X answered ${status} to ${call.window}`,
      code === undefined ? (problem ?? '') : `code ${code}`,
      detail,
    ]
      .filter((part) => part !== '')
      .join(', ');
    const named = { status, ...(problem === undefined ? {} : { problem }) };
    if (!refusal)
      return new BridgeError('x-unavailable', said, {
        ...named,
        retryable: true,
        agentMessage: 'X has a fault right now; the message will be sent as soon as it can.',
        outcomeUnknown: call.changesThings === true,
      });
    return call.as === 'app' ? this.appRefused(said, named) : this.userRefused(refusal, said, named);
  }

  private appRefused(said: string, named: { status: number; problem?: string }): BridgeError {
    if (named.status !== 401) return new BridgeError('refused-by-x', said, named);
    this.options.appToken.drop();
    return new BridgeError('app-refused', said, { ...named, retryable: true });
  }

  private userRefused(
    { kind, agentMessage }: Refusal,
    said: string,
    named: { status: number; problem?: string },
  ): BridgeError {
    if (kind === 'never') return new BridgeError('refused-by-x', said, { ...named, agentMessage });
    this.options.gate.refuse();
    this.options.onSignIn(false, said);
    const retryAt = this.options.gate.closed();
    return new BridgeError('signed-out-of-x', said, {
      ...named,
      retryable: true,
      agentMessage,
      ...(retryAt === undefined ? {} : { retryAt }),
    });
  }

  private resetOf(response: AxiosResponse): number {
    const { resetAt } = readRateLimit(response.headers);
    const now = this.options.clock.now();
    // Without a usable header: X's windows are 15 minutes long, so a minute later is a fair guess.
    return Number.isFinite(resetAt) && resetAt > now ? resetAt : now + 60_000;
  }

  /** @param opensAt by X's clock */
  private rateLimited(call: XCall, opensAt: number): BridgeError {
    const retryAt = this.options.clock.toLocal(opensAt);
    return new BridgeError('rate-limited', `X's rate limit for ${call.window} is used up`, {
      status: 429,
      retryable: true,
      retryAt,
      agentMessage: 'X allows no more messages from this account for now; the message will be sent then.',
    });
  }
}

/** X answers with JSON; a gateway in between may answer with a page, which then has no fields. */
function readAnswer(data: string): unknown {
  if (data === '') return undefined;
  try {
    return parseJson(data);
  } catch {
    return undefined;
  }
}

function signedOut(retryAt: number): BridgeError {
  return new BridgeError(
    'signed-out-of-x',
    "X refuses the account's keys; not asked again before the pause is over",
    {
      retryable: true,
      retryAt,
      agentMessage: signInLost,
    },
  );
}
