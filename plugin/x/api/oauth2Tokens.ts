import type { MayCall } from '../../core/guardedAgent';
import type { Clock } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { Log } from '../../core/ports';
import type { RemoteClock } from '../../core/remoteClock';
import type { Scheduler } from '../../core/scheduler';
import { SignInGate } from '../../core/signInGate';
import { OAuth2Endpoint, type GrantedTokens, type PendingSignIn } from './oauth2Flow';
import { lost, notConnected, tokenRefused, withoutOfflineAccess } from './oauth2Lost';
import type { OAuth2Seed } from './oauth2Seed';
import { TokensLocked, TokenVault, type SavedTokens } from './tokenVault';
import { say, type Text } from '../../texts/text';

/** An access token that lasts no longer than this is not used any longer. Milliseconds. */
const reserveMs = 60_000;

/** One that lasts no longer than this is renewed beside the calls, so that none waits for it. Milliseconds. */
const aheadMs = 10 * 60_000;

/** One that X refused is replaced no more often than this: if X refuses the next one too, it is about something else. Milliseconds. */
const replaceAgainMs = 5 * 60_000;

/** A renewal ahead of time that failed is tried again after this. Milliseconds. */
const aheadPauseMs = 60_000;

export interface SignedInUser {
  userId: string;
  handle: string;
}

/** `ended`: X takes it no longer; `locked`: it is encrypted with another `DATA_KEY`. */
export type OAuth2Standing = 'connected' | 'not-connected' | 'ended' | 'locked';

export interface OAuth2TokensOptions {
  account: string;
  client: { clientId: string; clientSecret: string };
  /** Whether the account is this process's to work, where others might. */
  mayCall: MayCall | undefined;
  /** A refresh token from the configuration, which is used once. */
  seed: OAuth2Seed;
  apiBaseUrl: string;
  /** The account has another sign-in, so that nobody needs to be called while this one was never connected. */
  isOptional: boolean;
  vault: TokenVault;
  /** X's. */
  clock: RemoteClock;
  machineClock: Clock;
  log: Log;
  /** Asks X whose an access token is. @throws BridgeError */
  whoIs: (accessToken: string) => Promise<SignedInUser>;
  /** Why a user's tokens may not be this account's, in words for the admin; undefined when they may. */
  refuseUser: (user: SignedInUser) => Text | undefined;
  /** Hears whose the tokens are. */
  onUser: (user: SignedInUser) => void;
  /** Hears whether X takes the sign-in. */
  onSignIn: (accepted: boolean, reason: string | undefined) => void;
}

/**
 * An account's OAuth 2.0 tokens. X ends a refresh token when it is used, so there is one renewal at a time, and what it
 * brings is on disk before it counts.
 */
export class OAuth2Tokens {
  /** Refuses to ask X again and again with tokens that it does not take. */
  readonly gate: SignInGate;
  private readonly endpoint: OAuth2Endpoint;
  private current: SavedTokens | undefined;
  private loading: Promise<void> | undefined;
  private isLoaded = false;
  private locked: string | undefined;
  private renewing: Promise<SavedTokens> | undefined;
  private triedAheadAt = -Infinity;
  private end = () => {};
  private stopped = false;
  private replacedAt = -Infinity;

  constructor(private readonly options: OAuth2TokensOptions) {
    const { apiBaseUrl, client, clock, mayCall } = options;
    this.gate = new SignInGate(options.machineClock);
    this.endpoint = new OAuth2Endpoint(apiBaseUrl, client, clock, mayCall);
  }

  /** Whether there is something to sign in with. @throws BridgeError `store-unavailable` */
  async isConnected(): Promise<boolean> {
    await this.load();
    return this.current !== undefined || this.locked !== undefined || this.options.seed.fresh() !== undefined;
  }

  get clientId(): string {
    return this.options.client.clientId;
  }

  /** The X user who signed in, once known. */
  userId(): string | undefined {
    return this.current?.userId;
  }

  /** Whether there may be something to sign in with, as far as is known by now. */
  mayBeThere(): boolean {
    return !this.isLoaded || this.current !== undefined || this.locked !== undefined || this.gate.refused();
  }

  /** How it stands, for the admin. */
  async standing(): Promise<OAuth2Standing> {
    if (!(await this.isConnected())) return 'not-connected';
    if (this.locked !== undefined) return 'locked';
    return this.gate.refused() ? 'ended' : 'connected';
  }

  /** Whether nothing can be done with it until somebody connects again, as far as is known. */
  hasEnded(): boolean {
    return this.gate.refused() && this.lastsMs() <= reserveMs;
  }

  /** What the user granted, where X has said it. */
  scopes(): string[] | undefined {
    return this.current?.scopes;
  }

  /** A token that lasts a minute or more. @throws BridgeError `signed-out-of-x`: connect again; `x-unavailable`: later */
  async accessToken(): Promise<string> {
    await this.load();
    const lastsMs = this.lastsMs();
    if (this.options.seed.fresh() === undefined && this.current && lastsMs > reserveMs) {
      if (lastsMs < aheadMs) this.renewAhead();
      return (await this.ofKnownUser(this.current)).accessToken;
    }
    return (await this.ofKnownUser(await this.renew())).accessToken;
  }

  /** X has refused an access token before its time. @returns another one. @throws as `accessToken` */
  async replace(refused: string): Promise<string> {
    await this.load();
    const now = this.options.clock.now();
    if (this.current?.accessToken === refused && now - this.replacedAt > replaceAgainMs) {
      this.replacedAt = now;
      this.current = { ...this.current, expiresAt: 0 };
    }
    return this.accessToken();
  }

  /** Looks after the tokens from now on, so that a sign-in that has ended is told of before a call needs it. */
  start(scheduler: Scheduler): void {
    this.end = scheduler.every('* * * * *', () => void this.keepAlive());
    void this.keepAlive();
  }

  stop(): void {
    this.end();
    this.stopped = true;
  }

  /** Takes what a sign-in brought. @throws BridgeError `bad-request`, and keeps nothing, when it is another user's */
  async connect(code: string, pending: PendingSignIn): Promise<SignedInUser> {
    const granted = await this.endpoint.exchange(code, pending);
    const { whoIs, refuseUser, onUser } = this.options;
    const giveBack = () =>
      this.endpoint.revoke(granted.refreshToken ?? granted.accessToken).catch(() => undefined);
    const user = await whoIs(granted.accessToken).catch(async (error: unknown) => {
      await giveBack();
      throw error;
    });
    const refusal = refuseUser(user);
    if (refusal !== undefined) {
      await giveBack();
      throw new BridgeError('bad-request', say('connect.asRightUser', { text: refusal }));
    }
    await this.options.vault.inTurn(async () => {
      await this.load();
      onUser(user);
      this.options.seed.markUsed();
      await this.adopt(granted, user.userId);
    });
    return user;
  }

  /** Ends the sign-in, at X too, or throws and changes nothing. @returns false when unreadable, so X was not told */
  disconnect(): Promise<boolean> {
    const { vault } = this.options;
    return vault.inTurn(async () => {
      await this.load();
      await this.takeOver();
      const token = this.current?.refreshToken ?? this.current?.accessToken ?? this.options.seed.fresh();
      if (token !== undefined) await this.endpoint.revoke(token);
      this.options.seed.markUsed();
      vault.forget();
      this.current = undefined;
      const isTold = this.locked === undefined;
      this.locked = undefined;
      return isTold;
    });
  }

  /** Tokens of a configuration may be anybody's: X is asked once whose they are, before anything is done with them. */
  private async ofKnownUser(tokens: SavedTokens): Promise<SavedTokens> {
    if (tokens.userId !== undefined) return tokens;
    const { whoIs, refuseUser, onUser, vault } = this.options;
    const user = await whoIs(tokens.accessToken);
    return vault.inTurn(async () => {
      // Renewed or connected again meanwhile, they are asked about again.
      if (this.current?.accessToken !== tokens.accessToken) return tokens;
      const refusal = refuseUser(user);
      if (refusal !== undefined) {
        await this.endpoint.revoke(tokens.refreshToken ?? tokens.accessToken).catch(() => undefined);
        vault.forget();
        this.current = undefined;
        throw this.ended(`oauth2.refreshToken: ${String(refusal)}`);
      }
      onUser(user);
      const known = { ...this.current, userId: user.userId };
      this.current = known;
      await vault.save(known);
      return known;
    });
  }

  /** Forgets the tokens without a word to X. */
  forget(): Promise<void> {
    const { vault } = this.options;
    return vault.inTurn(() => {
      vault.forget();
      return Promise.resolve();
    });
  }

  /** Once; again where the store could not be read. */
  private async load(): Promise<void> {
    this.loading ??= this.read();
    await this.loading.catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    this.isLoaded = true;
  }

  private async read(): Promise<void> {
    try {
      this.current = await this.saved();
    } catch (error) {
      if (!(error instanceof TokensLocked)) throw error;
      this.locked = error.message;
    }
  }

  /** What is on the disk for this client; tokens of another one are of no use. */
  private async saved(): Promise<SavedTokens | undefined> {
    const { vault, client } = this.options;
    const saved = await vault.read();
    return saved?.clientId === client.clientId ? saved : undefined;
  }

  /** The account's former self may have renewed the tokens since they were read. */
  private async takeOver(): Promise<void> {
    if (this.locked !== undefined) return;
    const saved = await this.saved();
    if (saved && saved.accessToken !== this.current?.accessToken) this.current = saved;
  }

  /** Never throws. */
  private async keepAlive(): Promise<void> {
    try {
      const { vault, isOptional, onSignIn } = this.options;
      if (!(await this.isConnected())) {
        if (!isOptional) onSignIn(false, notConnected);
      } else if (vault.isUnsaved()) await vault.inTurn(() => vault.flush());
      else if (this.options.seed.fresh() !== undefined || this.lastsMs() < aheadMs) this.renewAhead();
    } catch (error) {
      const { account, log } = this.options;
      log.warn('the OAuth 2.0 sign-in could not be renewed; it is tried again in a minute', {
        account,
        reason: reasonOf(error),
      });
    }
  }

  private lastsMs(): number {
    return (this.current?.expiresAt ?? 0) - this.options.clock.now();
  }

  private renewAhead(): void {
    const now = this.options.clock.now();
    if (this.stopped || this.renewing || now - this.triedAheadAt < aheadPauseMs) return;
    this.triedAheadAt = now;
    // A failure is told of by what it does to the sign-in; the next call, or the next minute, tries again.
    void this.renew().catch(() => undefined);
  }

  private renew(): Promise<SavedTokens> {
    this.renewing ??= this.options.vault
      .inTurn(() => this.renewNow())
      .finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renewNow(): Promise<SavedTokens> {
    const before = this.current;
    await this.takeOver();
    const seed = this.options.seed.fresh();
    const fromSeed = seed === undefined ? undefined : await this.useSeed(seed);
    if (fromSeed) return fromSeed;
    if (this.current && this.current !== before && this.lastsMs() > aheadMs) return this.current;
    if (this.locked !== undefined) throw this.ended(this.locked);
    // The only copy of a refresh token is not spent on getting the next one.
    await this.options.vault.flush();
    const { current } = this;
    if (current?.refreshToken === undefined) throw this.ended(current ? withoutOfflineAccess : notConnected);
    const granted = await this.ask(current.refreshToken);
    return this.adopt(granted, current.userId, current.refreshToken);
  }

  /** @returns undefined when X does not take it, and there are other tokens to go on with */
  private async useSeed(seed: string): Promise<SavedTokens | undefined> {
    let granted: GrantedTokens;
    try {
      granted = await this.ask(seed);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.problem !== tokenRefused) throw error;
      this.options.seed.markUsed();
      if (!this.current) throw error;
      // Used before a kill that came before that was noted, most likely.
      this.gate.accepted();
      return undefined;
    }
    const saved = await this.adopt(granted, undefined);
    this.options.seed.markUsed();
    return saved;
  }

  /** Asks X for new tokens. @throws BridgeError */
  private async ask(refreshToken: string): Promise<GrantedTokens> {
    const { onSignIn } = this.options;
    const heldUntil = this.gate.enter();
    if (heldUntil !== undefined) throw lost('X has refused to renew the OAuth 2.0 sign-in', heldUntil);
    try {
      return await this.endpoint.refresh(refreshToken);
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code === 'x-unavailable') {
        this.gate.learnedNothing();
        throw error;
      }
      this.gate.refuse();
      const isToken = error.code === 'signed-out-of-x';
      const remedy = isToken ? '. Connect again in the panel: Accounts, Edit, Connect again' : '';
      onSignIn(false, `${reasonOf(error)}${remedy}`);
      throw lost(reasonOf(error), this.gate.closed(), isToken ? tokenRefused : undefined);
    }
  }

  private async adopt(
    granted: GrantedTokens,
    userId: string | undefined,
    formerRefreshToken?: string,
  ): Promise<SavedTokens> {
    const { clock, client } = this.options;
    const refreshToken = granted.refreshToken ?? formerRefreshToken;
    const scopes = granted.scopes ?? this.current?.scopes;
    const tokens: SavedTokens = {
      clientId: client.clientId,
      accessToken: granted.accessToken,
      expiresAt: clock.now() + granted.lifetimeMs,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(scopes === undefined ? {} : { scopes }),
      ...(userId === undefined ? {} : { userId }),
    };
    this.current = tokens;
    this.locked = undefined;
    this.gate.accepted();
    await this.options.vault.save(tokens);
    this.options.onSignIn(true, undefined);
    return tokens;
  }

  private ended(why: string): BridgeError {
    this.options.onSignIn(false, why);
    return lost(why, undefined);
  }
}
