import { backoff } from '../../core/backoff';
import { BridgeError, reasonOf } from '../../core/errors';
import type { ReplayStatus } from '../../core/inbound/events';
import { deliveryFault } from './deliveryFaults';
import type { WebhookApi } from './webhookApi';
import { GapReplay } from './gapReplay';
import { DowntimeTracker } from './downtimeTracker';
import { ReachCheck, type Reach } from './reachCheck';
import { signedOut, type Receiver, type ReceiverPorts, type IngestionState } from './receiver';
import { each } from './schedules';
import { watchForSilence } from './silenceCheck';
import { ensureWebhook, removeWebhook } from './webhookRegistration';
import { isoTime } from '../../core/isoTime';

/** What differs between the ways that end in a webhook. */
export interface WebhookWay {
  api: WebhookApi;
  /** @returns whether a subscription had been missing */
  subscribe(webhookId: string): Promise<boolean>;
  /** Takes the subscriptions away, where they do not go with the webhook. */
  unsubscribe?(): Promise<void>;
  /** A post of this user was taken in, where deletions are no part of the one subscription; never throws. */
  onPost?(authorId: string, webhookId: string): Promise<void>;
  /** Whether X can replay what this webhook missed. */
  replays: boolean;
}

/** X tries an event again for about five minutes; a proof of its reaching us that is older than this proves nothing. */
const proofLastsMs = 4.5 * 60_000;

/** After X could not reach the webhook it is asked again so soon, since it may have marked it invalid by that. */
const askAgainMs = 10_000;

/** What X called with in vain is read back so soon, if no call gets through earlier. */
const noteRefusedMs = 5_000;

/** Registers, subscribes, watches and repairs a webhook; the events themselves come in by HTTP. */
export class WebhookReceiver implements Receiver {
  private current: IngestionState = { state: 'starting' };
  private webhookId: string | undefined;
  /** Checks and looks, one after the other. */
  private running: Promise<void> = Promise.resolve();
  private waiting: { check?: Promise<void>; look?: Promise<void> } = {};
  private attempts = 0;
  private readonly ending = new AbortController();
  private readonly startedAtLocal: number;
  private readonly downtime: DowntimeTracker;
  /** The time from the end of the last run is still to be noted as a gap. */
  private wasDown = true;
  private readonly gap: GapReplay;
  private readonly reach: ReachCheck;
  /** When X was last known to reach this plugin, in ms since 1970. */
  private reachedAt: number | undefined;
  /** How many looks in a row have shown no proof that X reaches this plugin. */
  private unproven = 0;
  /** Since when events may have been refused, in ms since 1970. */
  private refusedSince: number | undefined;
  private readonly endings: (() => void)[] = [];
  private cancelRetry = () => {};
  private cancelNoting = () => {};
  /** What was refused is being written down as a gap. */
  private noting: Promise<void> | undefined;

  constructor(
    private readonly way: WebhookWay,
    private readonly ports: ReceiverPorts,
  ) {
    this.startedAtLocal = ports.clock.toLocal(ports.clock.now());
    this.downtime = new DowntimeTracker(ports.account.name, ports.facts);
    this.gap = new GapReplay(ports, this.downtime, this.ending.signal);
    this.reach = new ReachCheck(way.api, ports.clock);
  }

  /** X's time of the start, which is not known before X has answered. */
  private get startedAt(): number {
    return this.ports.clock.fromLocal(this.startedAtLocal);
  }

  start(): void {
    this.endings.push(
      each('minute', () => this.heartbeat(), this.ports),
      each('twoMinutes', () => this.checkReach(), this.ports),
      each('quarter', () => this.check(), this.ports),
      each('hour', () => this.watch(), this.ports),
    );
    void this.check();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.cancelRetry();
    this.cancelNoting();
    for (const end of this.endings.splice(0)) end();
    await this.running;
    // Now that the end has begun, no more than what is being done already.
    await this.gap.fill(undefined);
    await this.heartbeat();
  }

  state(): IngestionState {
    return this.current;
  }

  onReplay(status: ReplayStatus): void {
    void this.gap.onReplay(status);
  }

  onPost(authorId: string): void {
    if (this.webhookId !== undefined) void this.way.onPost?.(authorId, this.webhookId);
  }

  onRevoked(): void {
    this.current = signedOut;
  }

  onChallenge(): void {
    this.reach.onChallenge();
  }

  onPushed(): void {
    if (this.refusedSince !== undefined) void this.tryToNoteRefused();
    // While it is in doubt, what is behind the doubt is looked at first.
    if (this.unproven > 0 || this.reachedAt === undefined) return;
    const now = this.ports.clock.now();
    // A process that stood still has missed what X gave up meanwhile, although X gets through now.
    if (this.webhookId !== undefined && now - this.reachedAt > proofLastsMs) void this.checkReach();
    else this.reachedAt = now;
  }

  onRefused(since: number): void {
    const isKnown = this.refusedSince !== undefined;
    this.refusedSince = Math.min(since, this.refusedSince ?? since);
    if (isKnown) return;
    const { clock } = this.ports;
    this.cancelNoting = clock.after(noteRefusedMs, () => void this.tryToNoteRefused());
  }

  async teardown(): Promise<void> {
    const { account, facts } = this.ports;
    await this.way.unsubscribe?.();
    await removeWebhook(this.way.api, account.name, facts);
  }

  /** Sees to webhook and subscriptions, and then to what was missed. */
  check(): Promise<void> {
    this.waiting.check ??= this.next(() => {
      delete this.waiting.check;
      return this.ensure();
    });
    return this.waiting.check;
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.running = this.running.then(work).catch((error: unknown) => this.noteTrouble(error));
    return this.running;
  }

  private async ensure(): Promise<void> {
    const { account, clock, log } = this.ports;
    try {
      if (!(await account.signedIn())) {
        this.current = signedOut;
        return;
      }
      if (account.webhookUrl !== '') {
        await this.register();
        if (!(await this.isReached())) return;
      }
      if (this.ending.signal.aborted) return;
      if (this.current.state === 'trouble') {
        log.info('events arrive again');
        await this.downtime.openGap(this.downtime.downSince(clock.now()) ?? this.startedAt, false);
      }
      await this.noteDowntime();
      this.reachedAt ??= clock.now();
      this.downtime.confirm(clock.now());
      if (this.refusedSince !== undefined) await this.noteRefused();
      // Before it is said that all is well: killed a moment later, the next process has to know of this one.
      await this.noteAlive();
      this.current = { state: 'ok' };
      this.attempts = 0;
      this.fillGap();
    } catch (error) {
      this.noteTrouble(error);
    }
  }

  private async register(): Promise<void> {
    const { account, facts, clock, log } = this.ports;
    const { id, repaired } = await ensureWebhook(this.way.api, account.webhookUrl, account.name, facts);
    const subscribed = await this.way.subscribe(id);
    const confirmedAt = this.downtime.confirmedAt();
    // Nothing was delivered, nor tried to, since X last confirmed that it would.
    if ((repaired || subscribed) && confirmedAt !== undefined)
      await this.downtime.openGap(confirmedAt, false);
    if (repaired || subscribed || this.webhookId === undefined)
      log.info('X delivers to the webhook', {
        webhookId: id,
        webhookUrl: withoutSecret(account.webhookUrl),
        repaired: confirmedAt !== undefined && (repaired || subscribed),
        ms: clock.now() - this.startedAt,
      });
    this.webhookId = id;
  }

  /** Whether X still gets through, asked every two minutes, and sooner after it did not. */
  private checkReach(): Promise<void> {
    this.waiting.look ??= this.next(() => {
      delete this.waiting.look;
      return this.lookWhetherReached();
    });
    return this.waiting.look;
  }

  private async lookWhetherReached(): Promise<void> {
    if (this.current === signedOut || this.current.state === 'starting') return;
    if (this.webhookId === undefined) {
      if (this.current.state === 'trouble') await this.ensure();
      return;
    }
    const wasWell = this.current.state === 'ok';
    if (!(await this.isReached()) || this.ending.signal.aborted) return;
    // After an outage X may have dropped more than what it could not deliver.
    if (wasWell) this.fillGap();
    else await this.ensure();
  }

  /**
   * Asks X to call this plugin. What may have been missed since it last did is noted as a gap.
   * @returns false when it certainly does not get through, which is told of; then it is asked again soon
   */
  private async isReached(): Promise<boolean> {
    const { clock } = this.ports;
    if (this.webhookId === undefined) return true;
    // X gets through at some moment between the question and its answer.
    const askedAtLocal = clock.toLocal(clock.now());
    const reach = await this.reach.ask(this.webhookId, this.ending.signal);
    if (this.ending.signal.aborted) return false;
    if (reach.outcome === 'reached') {
      // X's answer has told its time again, in case the machine's clock was set.
      await this.noteReached(clock.fromLocal(askedAtLocal));
      return true;
    }
    if (reach.error.code === 'rate-limited') return true;
    this.unproven += 1;
    if (reach.outcome === 'unknown' && this.unproven < 2) return true;
    if (reach.outcome === 'unreached') await this.openGapSinceReached();
    // One failure may be a moment's; it is noted, and nobody is called for it.
    if (this.unproven >= 2 || this.current.state !== 'ok') this.noteUnreached(reach);
    // A webhook that is gone is registered again by the full check.
    const isGone = reach.error.problem === 'WebhookIdInvalid';
    const wait = askAgainMs * Math.min(12, this.unproven);
    this.cancelRetry();
    this.cancelRetry = clock.after(wait, () => void (isGone ? this.check() : this.checkReach()));
    return false;
  }

  private async noteReached(at: number): Promise<void> {
    const { log } = this.ports;
    const since = this.reachedAt;
    const isOld = since !== undefined && at - since > proofLastsMs;
    if (this.unproven > 0 || isOld) await this.openGapSinceReached();
    if (this.unproven >= 2 && since !== undefined)
      log.warn('X reaches this plugin again; what may have been missed is fetched', {
        since: isoTime(since),
        minutes: Math.round((at - since) / 60_000),
      });
    this.unproven = 0;
    this.reachedAt = Math.max(at, this.reachedAt ?? at);
  }

  /** X gives an event up after some minutes, and sends none at all to a webhook it has marked invalid. */
  private async openGapSinceReached(): Promise<void> {
    const downSince = this.downtime.downSince(this.ports.clock.now());
    await this.downtime.openGap(this.reachedAt ?? downSince ?? this.startedAt, false);
  }

  private noteUnreached({ outcome, error }: Exclude<Reach, { outcome: 'reached' }>): void {
    const { account, log } = this.ports;
    const since = this.reachedAt ?? this.downtime.aliveAt();
    const reason = withoutSecret(deliveryFault(error, account.delivery));
    const isNew = this.current.reason !== reason;
    this.current = { state: 'trouble', reason, ...(since === undefined ? {} : { since }) };
    if (!isNew) return;
    const event =
      outcome === 'unreached'
        ? 'X does not reach this plugin: messages are not arriving'
        : 'X cannot be asked whether it reaches this plugin';
    const lastReached = since === undefined ? {} : { lastReached: isoTime(since) };
    log.error(event, { reason, ...lastReached });
  }

  /** What came while the process was down; X tried to deliver it. */
  private async noteDowntime(): Promise<void> {
    const since = this.wasDown ? this.downtime.downSince(this.ports.clock.now()) : undefined;
    if (since !== undefined) await this.downtime.openGap(since, true);
    this.wasDown = false;
  }

  /** What X delivered while nothing could be stored or received; writing the gap down shows that it can again. */
  private noteRefused(): Promise<void> {
    this.noting ??= this.openGapSinceRefused().finally(() => (this.noting = undefined));
    return this.noting;
  }

  private async openGapSinceRefused(): Promise<void> {
    const since = this.refusedSince;
    if (since === undefined) return;
    await this.downtime.openGap(since, false);
    // What was refused earlier may have been told meanwhile.
    if (this.refusedSince === since) this.refusedSince = undefined;
    this.fillGap();
  }

  private noteTrouble(error: unknown): void {
    if (this.ending.signal.aborted) return;
    const { account, clock, random, log } = this.ports;
    const reason = withoutSecret(deliveryFault(error, account.delivery));
    if (error instanceof BridgeError && error.code === 'signed-out-of-x') this.current = signedOut;
    else {
      if (this.current.reason !== reason) log.error('X does not deliver', { reason });
      const since = this.current.since ?? this.reachedAt;
      this.current = { state: 'trouble', reason, ...(since === undefined ? {} : { since }) };
    }
    this.unproven = Math.max(1, this.unproven);
    // What stands before the plugin may not have noticed yet that it is there.
    const mayPass = error instanceof BridgeError && error.problem === 'CrcValidationFailed';
    if (!(error instanceof BridgeError) || !(error.retryable || mayPass)) return;
    this.attempts += 1;
    const soon = mayPass ? askAgainMs * Math.min(12, this.attempts) : backoff(this.attempts, random());
    const wait = Math.max(soon, clock.msUntilLocal(error.retryAt ?? 0));
    this.cancelRetry();
    this.cancelRetry = clock.after(wait, () => void this.check());
  }

  /** Only up to where X certainly got through is nothing missing. */
  private async heartbeat(): Promise<void> {
    if (this.refusedSince !== undefined) await this.noteRefused();
    if (this.current.state !== 'ok') return;
    await this.noteAlive();
    this.fillGap();
  }

  private async noteAlive(): Promise<void> {
    const isWatched = this.ports.account.webhookUrl !== '';
    const upTo = isWatched ? this.reachedAt : this.ports.clock.now();
    if (upTo !== undefined) await this.downtime.heartbeat(upTo);
  }

  private fillGap(): void {
    void this.gap.fill(this.way.replays ? this.webhookId : undefined);
  }

  /** What X's call brought is stored; nothing here may have it refused. */
  private async tryToNoteRefused(): Promise<void> {
    try {
      await this.noteRefused();
    } catch (error) {
      const { log } = this.ports;
      log.warn('could not record a gap, will retry', { reason: reasonOf(error) });
    }
  }

  private async watch(): Promise<void> {
    const { account } = this.ports;
    if (this.current.state !== 'ok' || this.downtime.gapFrom() !== undefined) return;
    const silentSince = account.lastEventAt() ?? this.startedAt;
    if (!(await watchForSilence(silentSince, this.ports, this.ending.signal))) return;
    await this.downtime.openGap(silentSince, false);
    await this.check();
  }
}

/** An address without the secret that may be its last part. */
function withoutSecret(url: string): string {
  return url.replace(/((?:\/|%2F)api(?:\/|%2F)messages(?:\/|%2F)\w+(?:\/|%2F))[\w-]+/i, '$1…');
}
