import type { Readable } from 'node:stream';
import { BridgeError } from '../../core/errors';
import { ChargeCounter } from './charges';
import type { AccountFacts } from '../../core/accountFacts';
import type { Charges } from '../../core/charges';
import type { Counters } from '../../core/ports';
import type { MayCall } from '../../core/guardedAgent';
import type { RemoteClock } from '../../core/remoteClock';
import type { KnownWindow } from '../../core/health';
import { CallBudget } from './callBudget';
import { Dialect } from './dialect';
import { readRateLimit, type RateLimit } from './rateLimitHeaders';
import { readProblem } from './readProblem';
import { refusalOf, signInNotEnough, wrongSignIn, type Refusal } from './refusals';
import { SegmentForm } from '../media/segmentForm';
import { SignedRequests, type XAnswer, type XCall } from './signedRequests';
import { signInNames, type SignInKind, type UserSignIn } from './signInKinds';
import type { SignIns } from './signIns';
import { say } from '../../texts/text';

export type { XCall } from './signedRequests';

export interface XClientOptions {
  account: string;
  apiBaseUrl: string;
  signIns: SignIns;
  /** X's. */
  clock: RemoteClock;
  counters: Counters;
  /** Whether a call that changes something may be made, where another process may have taken the account over. */
  mayCall: MayCall | undefined;
  facts: AccountFacts;
  charges: Charges;
  /** Hears whether X accepted a sign-in of the user. */
  onSignIn: (kind: UserSignIn, accepted: boolean, reason: string | undefined) => void;
}

/** Until when a used-up window is closed, in ms since 1970. */
const windowFact = (window: string) => `window closed until: ${window}`;

/** X's API in one account's name: signs, minds the rate limit windows, and turns faults into BridgeErrors. */
export class XClient {
  /** How X takes the segments of this account's uploads. */
  readonly segmentForm: SegmentForm;
  private readonly requests: SignedRequests;
  private readonly budget: CallBudget;
  private readonly chargeCounter: ChargeCounter;

  constructor(private readonly options: XClientOptions) {
    this.budget = new CallBudget(options.clock);
    this.chargeCounter = new ChargeCounter(() => options.clock.now());
    this.segmentForm = new SegmentForm(options.account, options.facts);
    this.requests = new SignedRequests({
      ...options,
      dialect: new Dialect(options.account, options.facts),
      onRefused: (kind, said) => this.refuse(kind, said),
    });
  }

  /**
   * Makes a call.
   * @returns the parsed answer, undefined when it is empty
   * @throws BridgeError; without calling: `rate-limited` when the window is known to be used up, and
   *   `signed-out-of-x` while X refuses the account's sign-ins
   */
  async call(call: XCall): Promise<unknown> {
    const { status, body } = await this.make(call, false);
    return status === 204 ? undefined : body;
  }

  /** Makes a call whose answer is a file. @returns its bytes as they come, and what X says of them. @throws as `call` */
  async open(call: XCall): Promise<{ stream: Readable; headers: XAnswer['headers'] }> {
    const { stream, headers } = await this.make(call, true);
    if (stream) return { stream, headers };
    throw new BridgeError('x-unavailable', `X's answer to ${call.window} is no file`, { retryable: true });
  }

  private async make(call: XCall, asStream: boolean): Promise<XAnswer> {
    const { account, facts, clock } = this.options;
    const closedUntil = Number(facts.read(account, windowFact(call.window)) ?? 0);
    if (closedUntil > clock.now()) throw this.rateLimited(call, closedUntil);
    const usedUpUntil = await this.budget.enter(call.window);
    if (usedUpUntil !== undefined) throw this.rateLimited(call, usedUpUntil);
    const answer = await this.withinBudget(call, () => this.requests.send(call, asStream));
    if (answer.status < 200 || answer.status >= 300) {
      const fault = this.faultOf(call, answer);
      this.options.signIns.gateOf(answer.kind)?.learnedNothing();
      throw fault;
    }
    // Read as an empty list, it would say that a reply did not arrive, or that no message was missed.
    if (answer.isGarbled === true) {
      this.options.signIns.gateOf(answer.kind)?.learnedNothing();
      throw garbled(call, answer.status);
    }
    this.noteCharge(call, answer.body);
    if (answer.kind !== 'app') this.accept(answer.kind);
    return answer;
  }

  /** The windows X has told of in this run, the tightest first. */
  windows(): KnownWindow[] {
    return this.budget.known();
  }

  /** What goes into the `Authorization` header of a call in the app's name. @throws BridgeError */
  authorizeApp(url: string): Promise<string> {
    return this.options.signIns.authorize('app', 'GET', url);
  }

  /** X no longer takes the app's token: the next call in the app's name derives a new one. */
  dropAppToken(): void {
    this.options.signIns.dropAppToken();
  }

  private accept(kind: UserSignIn): void {
    this.options.signIns.gateOf(kind)?.accepted();
    this.options.onSignIn(kind, true, undefined);
  }

  private refuse(kind: SignInKind, said: string): void {
    if (kind === 'app') return;
    this.options.signIns.gateOf(kind)?.refuse();
    this.options.onSignIn(kind, false, said);
  }

  /** Gives back the place in the budget, with what X said of the window. */
  private async withinBudget({ window }: XCall, request: () => Promise<XAnswer>): Promise<XAnswer> {
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
    const charge = this.chargeCounter.chargeOf(call, answer);
    if (!charge) return;
    this.options.charges.note(this.options.account, charge.kind, charge.count);
  }

  /** A used-up window is kept across restarts. */
  private keepWindow(window: string, resetAt: number): void {
    this.options.facts.save(this.options.account, windowFact(window), String(resetAt));
  }

  private faultOf(call: XCall, answer: XAnswer): BridgeError {
    const { status, kind } = answer;
    const { code, problem, detail } = readProblem(answer.body);
    if (status === 429) {
      const opensAt = this.resetOf(answer);
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
        agentMessage: say('x.unavailable'),
        outcomeUnknown: call.changesThings === true,
      });
    if (answer.isWrongSignIn)
      return new BridgeError(
        'refused-by-x',
        `${said} (signed in with ${kind === 'app' ? "the app's own token" : signInNames[kind]})`,
        {
          ...named,
          problem: wrongSignIn,
          agentMessage: signInNotEnough,
        },
      );
    return kind === 'app' ? this.appRefused(said, named) : this.userRefused(kind, refusal, said, named);
  }

  private appRefused(said: string, named: { status: number; problem?: string | undefined }): BridgeError {
    if (named.status !== 401) return new BridgeError('refused-by-x', said, named);
    this.options.signIns.dropAppToken();
    return new BridgeError('app-refused', said, { ...named, retryable: true });
  }

  private userRefused(
    kind: UserSignIn,
    refusal: Refusal,
    said: string,
    named: { status: number; problem?: string | undefined },
  ): BridgeError {
    const { agentMessage } = refusal;
    if (refusal.kind === 'never') return new BridgeError('refused-by-x', said, { ...named, agentMessage });
    this.refuse(kind, said);
    const retryAt = this.options.signIns.gateOf(kind)?.closed();
    return new BridgeError('signed-out-of-x', said, {
      ...named,
      retryable: true,
      agentMessage,
      retryAt,
    });
  }

  private resetOf(response: XAnswer): number {
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
      agentMessage: say('x.rateLimited'),
    });
  }
}

function garbled(call: XCall, status: number): BridgeError {
  return new BridgeError(
    'x-unavailable',
    `X answered ${status} to ${call.window}, with something that is not JSON`,
    {
      status,
      retryable: true,
      outcomeUnknown: call.changesThings === true,
      agentMessage: say(call.changesThings === true ? 'x.unclear' : 'x.unavailable'),
    },
  );
}
