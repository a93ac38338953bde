import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import type { AccountFacts } from '../../core/accountFacts';
import type { RemoteClock } from '../../core/remoteClock';
import type { SignInGate } from '../../core/signInGate';
import type { AppToken } from './appToken';
import type { XKeys } from './keys';
import type { OAuth2Tokens } from './oauth2Tokens';
import { signInLost } from './refusals';
import { signInsFor, userSignIns, type SignInKind, type UserSignIn } from './signInKinds';
import { signRequest } from './signRequest';
import { say } from '../../texts/text';

/** X is asked again after so long whether it takes a sign-in that it has refused for a kind of call. Milliseconds. */
const refusalLastsMs = 24 * 60 * 60_000;

const fact = 'sign-ins X refuses';
const refusals = z.object({
  /** Which keys they were refused for: others may do. */
  keys: z.string(),
  /** Until when, in ms since 1970, by kind of call and sign-in. */
  until: z.record(z.string(), z.number()),
});

export interface SignInsOptions {
  account: string;
  /** The user's OAuth 1.0a keys, where there are any. */
  keys: XKeys | undefined;
  oauth2: OAuth2Tokens | undefined;
  appToken: AppToken;
  /** They keep calls back that X has refused for their sign-in. */
  gates: Record<UserSignIn, SignInGate>;
  facts: AccountFacts;
  /** X's. */
  clock: RemoteClock;
}

/** What a call is about, as far as signing it goes. */
export interface SignedCall {
  window: string;
  /** Where a call takes other sign-ins than its window has. */
  signIns?: readonly SignInKind[];
}

/** The sign-ins of one account, and what is known of which X takes for what. */
export class SignIns {
  private refused: z.infer<typeof refusals>;

  constructor(private readonly options: SignInsOptions) {
    const { account, facts } = options;
    const saved = refusals.safeParse(JSON.parse(facts.read(account, fact) ?? '{}'));
    const keys = this.fingerprint();
    this.refused = saved.success && saved.data.keys === keys ? saved.data : { keys, until: {} };
  }

  /** The sign-ins a call may use, the best first. @throws BridgeError in words for the admin where there is none */
  async for(call: SignedCall): Promise<SignInKind[]> {
    const taken = call.signIns ?? signInsFor(call.window);
    const there = new Set(await this.available());
    const usable = taken.filter((kind) => there.has(kind));
    if (usable.length === 0) throw await this.noneFor(taken);
    const now = this.options.clock.now();
    const open = usable.filter((kind) => !(now < (this.refused.until[this.nameOf(call, kind)] ?? 0)));
    // Where X refuses all of them, the first shows whether it still does.
    return open.length > 0 ? open : usable.slice(0, 1);
  }

  /** What goes into the `Authorization` header. @throws BridgeError */
  async authorize(kind: SignInKind, method: string, url: string): Promise<string> {
    const { appToken, oauth2, keys, clock } = this.options;
    if (kind === 'app') return `Bearer ${await appToken.get()}`;
    if (kind === 'oauth2' && oauth2) return `Bearer ${await oauth2.accessToken()}`;
    if (keys) return signRequest(keys, method, url, clock.now());
    throw new BridgeError('signed-out-of-x', 'this account has no OAuth 1.0a keys', { retryable: true });
  }

  /** X has refused an OAuth 2.0 token before its time: gets another one. @throws BridgeError */
  async replaceToken(authorization: string): Promise<void> {
    await this.options.oauth2?.replace(authorization.replace(/^Bearer /, ''));
  }

  dropAppToken(): void {
    this.options.appToken.drop();
  }

  /** X does not take this sign-in for this kind of call: it is asked again after a day, or with other keys. */
  noteRefused(call: SignedCall, kind: SignInKind): void {
    const { account, facts, clock } = this.options;
    this.refused.until[this.nameOf(call, kind)] = clock.now() + refusalLastsMs;
    facts.save(account, fact, JSON.stringify(this.refused));
  }

  /** Somebody has signed in again, perhaps with more rights: what was refused may do now. */
  forgetRefusals(): void {
    const { account, facts } = this.options;
    this.refused = { keys: this.fingerprint(), until: {} };
    facts.forget(account, fact);
    this.options.gates.oauth2.accepted();
  }

  /** The gate of a user's sign-in; the app's token has none. */
  gateOf(kind: SignInKind): SignInGate | undefined {
    return kind === 'app' ? undefined : this.options.gates[kind];
  }

  /** Whether X has refused each of the user's sign-ins. */
  areRefused(): boolean {
    const kinds = this.userKinds();
    return kinds.length > 0 && kinds.every((kind) => this.isRefused(kind));
  }

  /** When trying makes sense again, in ms since 1970, where all calls in the user's name are held back. */
  closed(): number | undefined {
    const times = this.userKinds().map((kind) => this.closedFor(kind));
    const known = times.filter((at) => at !== undefined);
    return times.length > 0 && known.length === times.length ? Math.min(...known) : undefined;
  }

  /** X has confirmed that the user took the access away. */
  refuseAll(): void {
    for (const kind of this.userKinds()) this.options.gates[kind].refuse({ isFinal: true });
  }

  /** The machine's clock was set: the times that gates are shut until mean nothing any longer. */
  letOneThrough(): void {
    for (const kind of this.userKinds()) this.options.gates[kind].letOneThrough();
    this.options.oauth2?.gate.letOneThrough();
  }

  private isRefused(kind: UserSignIn): boolean {
    const { gates, oauth2 } = this.options;
    return gates[kind].refused() || (kind === 'oauth2' && oauth2?.hasEnded() === true);
  }

  private closedFor(kind: UserSignIn): number | undefined {
    const { gates, oauth2 } = this.options;
    const ended = kind === 'oauth2' && oauth2?.hasEnded() === true ? oauth2.gate.closed() : undefined;
    return gates[kind].closed() ?? ended;
  }

  /** The user's sign-ins that can be used, as far as is known. */
  private userKinds(): UserSignIn[] {
    const { keys, oauth2 } = this.options;
    return userSignIns.filter((kind) =>
      kind === 'oauth1' ? keys !== undefined : oauth2?.mayBeThere() === true,
    );
  }

  private async available(): Promise<SignInKind[]> {
    const { keys, oauth2, appToken } = this.options;
    const found: SignInKind[] = keys ? ['oauth1'] : [];
    if (oauth2 && (!keys || (await oauth2.isConnected()))) found.push('oauth2');
    if (appToken.isConfigured()) found.push('app');
    return found;
  }

  private async noneFor(taken: readonly SignInKind[]): Promise<BridgeError> {
    const { oauth2 } = this.options;
    if (taken.includes('oauth2') && oauth2 && !(await oauth2.isConnected()))
      return new BridgeError('signed-out-of-x', say('signIn.onlyOAuth2'), {
        retryable: true,
        agentMessage: signInLost,
      });
    const needed = taken.map((kind) => needs[kind]).join(' or ');
    const words = `X accepts this only with ${needed}, which this account does not have`;
    return new BridgeError('refused-by-x', words, {
      problem: 'SignInMissing',
      agentMessage: say('x.notAllowed'),
    });
  }

  private nameOf(call: SignedCall, kind: SignInKind): string {
    return `${kind} ${(call.signIns ?? []).join('+')} ${call.window}`;
  }

  /** Tells one set of keys from another without holding it. */
  private fingerprint(): string {
    const { keys, oauth2 } = this.options;
    const parts = [keys?.consumerKey, keys?.accessToken, oauth2?.clientId];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  }
}

const needs: Record<SignInKind, string> = {
  oauth1: 'OAuth 1.0a keys',
  oauth2: 'OAuth 2.0',
  app: "the app's API key and secret",
};
