import { backoff } from '../../bridge/backoff';
import { BridgeError } from '../../bridge/errors';
import type { ReplayStatus } from '../../bridge/events';
import { supplyFault } from '../supplyFaults';
import type { WebhookApi } from '../webhookApi';
import { GapReplay } from './gapReplay';
import { Lifeline } from './lifeline';
import { signedOut, type Receiver, type ReceiverPorts, type SupplyState } from './receiver';
import { each } from './rhythms';
import { watchSupply } from './supplyWatch';
import { ensureWebhook, removeWebhook } from './webhookRegistration';

/** What differs between the ways that end in a webhook. */
export interface WebhookWay {
  api: WebhookApi;
  /** @returns whether a subscription had been missing */
  subscribe(webhookId: string): Promise<boolean>;
  /** Takes the subscriptions away, where they do not go with the webhook. */
  unsubscribe(): Promise<void>;
  /** A post of this user was taken in; never throws. */
  onPost(authorId: string, webhookId: string): Promise<void>;
  /** Whether X can replay what this webhook missed. */
  replays: boolean;
}

/** Registers, subscribes, watches and repairs a webhook; the events themselves come in by HTTP. */
export class WebhookReceiver implements Receiver {
  private current: SupplyState = { state: 'starting' };
  private webhookId: string | undefined;
  private checking: Promise<void> | undefined;
  private attempts = 0;
  private readonly ending = new AbortController();
  private readonly startedAt: number;
  private readonly lifeline: Lifeline;
  /** When the last run ended, until that gap is noted, in ms since 1970. */
  private downSince: number | undefined;
  private readonly gap: GapReplay;
  private readonly endings: (() => void)[] = [];
  private cancelRetry = () => {};

  constructor(
    private readonly way: WebhookWay,
    private readonly ports: ReceiverPorts,
  ) {
    this.startedAt = ports.clock.now();
    this.lifeline = new Lifeline(ports.account.name, ports.facts);
    this.downSince = this.lifeline.aliveAt();
    this.gap = new GapReplay(ports, this.lifeline, this.ending.signal);
  }

  start(): void {
    this.endings.push(
      each('minute', () => this.beat(), this.ports),
      each('quarter', () => this.check(), this.ports),
      each('hour', () => this.watch(), this.ports),
    );
    void this.check();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.cancelRetry();
    for (const end of this.endings.splice(0)) end();
    await this.checking;
    // Now that the end has begun, no more than what is being done already.
    await this.gap.fill(undefined);
    this.beat();
  }

  state(): SupplyState {
    return this.current;
  }

  onReplay(status: ReplayStatus): void {
    void this.gap.onReplay(status);
  }

  onPost(authorId: string): void {
    if (this.webhookId !== undefined) void this.way.onPost(authorId, this.webhookId);
  }

  onRevoked(): void {
    this.current = signedOut;
  }

  async retire(): Promise<void> {
    const { account, facts } = this.ports;
    await this.way.unsubscribe();
    await removeWebhook(this.way.api, account.name, facts);
  }

  /** Sees to webhook and subscriptions, and then to what was missed. Runs once at a time. */
  check(): Promise<void> {
    this.checking ??= this.ensure().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private async ensure(): Promise<void> {
    const { account, clock, log } = this.ports;
    try {
      if (!(await account.signedIn())) {
        this.current = signedOut;
        return;
      }
      if (account.webhookUrl !== '') await this.register();
      if (this.ending.signal.aborted) return;
      if (this.current.state === 'trouble') log.info('events arrive again', { account: account.name });
      this.openDowntime();
      this.current = { state: 'ok' };
      this.attempts = 0;
      this.lifeline.prove(clock.now());
      this.lifeline.beat(clock.now());
      this.fillGap();
    } catch (error) {
      this.noteTrouble(error);
    }
  }

  private async register(): Promise<void> {
    const { account, facts, clock, log } = this.ports;
    const { id, repaired } = await ensureWebhook(this.way.api, account.webhookUrl, account.name, facts);
    const subscribed = await this.way.subscribe(id);
    const provenAt = this.lifeline.provenAt();
    // Nothing was delivered, nor tried to, since X last confirmed that it would.
    if ((repaired || subscribed) && provenAt !== undefined) this.lifeline.openGap(provenAt, false);
    if (repaired || subscribed || this.webhookId === undefined)
      log.info('X delivers to the webhook', {
        account: account.name,
        webhookId: id,
        webhookUrl: withoutSecret(account.webhookUrl),
        repaired: provenAt !== undefined && (repaired || subscribed),
        ms: clock.now() - this.startedAt,
      });
    this.webhookId = id;
  }

  /** What came while the process was down; X tried to deliver it. */
  private openDowntime(): void {
    if (this.downSince !== undefined) this.lifeline.openGap(this.downSince, true);
    this.downSince = undefined;
  }

  private noteTrouble(error: unknown): void {
    if (this.ending.signal.aborted) return;
    const { account, clock, random, log } = this.ports;
    const reason = withoutSecret(supplyFault(error, account.delivery));
    if (error instanceof BridgeError && error.code === 'signed-out-of-x') this.current = signedOut;
    else {
      if (this.current.reason !== reason) log.error('X does not deliver', { account: account.name, reason });
      this.current = { state: 'trouble', reason };
    }
    if (!(error instanceof BridgeError) || !error.retryable) return;
    this.attempts += 1;
    const pause = Math.max(backoff(this.attempts, random()), (error.retryAt ?? 0) - clock.now());
    this.cancelRetry();
    this.cancelRetry = clock.after(pause, () => void this.check());
  }

  private beat(): void {
    if (this.current.state !== 'ok') return;
    this.lifeline.beat(this.ports.clock.now());
    this.fillGap();
  }

  private fillGap(): void {
    void this.gap.fill(this.way.replays ? this.webhookId : undefined);
  }

  private async watch(): Promise<void> {
    const { account } = this.ports;
    if (this.current.state !== 'ok' || this.lifeline.gapFrom() !== undefined) return;
    const silentSince = account.lastEventAt() ?? this.startedAt;
    if (!(await watchSupply(silentSince, this.ports, this.ending.signal))) return;
    this.lifeline.openGap(silentSince, false);
    await this.check();
  }
}

/** An address without the secret that may be its last part. */
function withoutSecret(url: string): string {
  return url.replace(/((?:\/|%2F)api(?:\/|%2F)messages(?:\/|%2F)\w+(?:\/|%2F))[\w-]+/i, '$1…');
}
