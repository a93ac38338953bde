import { pause } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import { ReconnectPace } from './reconnectPace';
import { deliveryFault } from './deliveryFaults';
import { ActivityPlan } from './activityPlan';
import { tryReadGap } from './gapFiller';
import { DowntimeTracker } from './downtimeTracker';
import type { DeliveryKind } from './deliveryKind';
import { signedOut, type Receiver, type ReceiverPorts, type IngestionState } from './receiver';
import { each } from './schedules';
import { holdConnection, type ConnectionOutcome } from './streamConnection';
import { watchForSilence } from './silenceCheck';

/** X sends again the last 5 minutes at most (X docs: recovery); connecting takes some of them. Milliseconds. */
const backfillReach = 4.5 * 60_000;

/** What comes over the stream waits for the reading back, so that order is kept, but no longer than this. */
const maxHold = 10_000;

/** Reconnecting that soon is daily life, and nobody's trouble. Milliseconds. */
const maxBlip = 5_000;

/** While X refuses the keys, nothing is tried; asked again after this. Milliseconds. */
const signedOutPause = 60_000;

/** X Activity over one long connection, for installs that X cannot call. */
export const activityStream: DeliveryKind = {
  label: 'X Activity, stream',
  webhook: 'none',
  pushesChat: true,
  needsAppKeys: true,
  create: (ports) => new StreamReceiver(ports),
};

class StreamReceiver implements Receiver {
  private current: IngestionState = { state: 'starting' };
  private readonly pace = new ReconnectPace();
  private readonly ending = new AbortController();
  private hangUp = new AbortController();
  private readonly downtime: DowntimeTracker;
  private readonly startedAtLocal: number;
  private readonly plan: ActivityPlan;
  /** Everything up to then was taken in, in ms since 1970. */
  private takenUpTo: number | undefined;
  private connected = false;
  private backfills = true;
  /** X has confirmed the subscriptions since the last sign that it may have dropped them. */
  private subscribed = false;
  /** A subscription was missing, so that X has nothing to backfill from. */
  private wasUnsubscribed = false;
  private reading: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly endings: (() => void)[] = [];

  constructor(private readonly ports: ReceiverPorts) {
    this.startedAtLocal = ports.clock.toLocal(ports.clock.now());
    this.downtime = new DowntimeTracker(ports.account.name, ports.facts);
    this.plan = new ActivityPlan(ports);
    this.takenUpTo = this.downtime.gapFrom() ?? this.downtime.downSince(ports.clock.now());
  }

  start(): void {
    this.endings.push(
      each('minute', () => this.heartbeat(), this.ports),
      each('quarter', () => this.check(), this.ports),
      each('hour', () => this.watch(), this.ports),
    );
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.ending.abort();
    this.hangUp.abort();
    for (const end of this.endings.splice(0)) end();
    await this.running;
    await this.reading;
    this.connected = false;
    await this.heartbeat();
  }

  state(): IngestionState {
    return this.current;
  }

  onPost(authorId: string): void {
    void this.plan.onPost(authorId, undefined);
  }

  onRevoked(): void {
    this.current = signedOut;
    this.subscribed = false;
    this.hangUp.abort();
  }

  teardown(): Promise<void> {
    return this.plan.remove();
  }

  private async run(): Promise<void> {
    const { clock, log } = this.ports;
    while (!this.ending.signal.aborted) {
      const wait = await this.connectOnce().catch((error: unknown) => {
        log.error('the stream failed unexpectedly, trying again', { reason: reasonOf(error) });
        return this.pace.after('http');
      });
      if (wait > 0) await pause(clock, wait, this.ending.signal);
    }
  }

  /** @returns milliseconds to wait before the next connection */
  private async connectOnce(): Promise<number> {
    const { account, clock } = this.ports;
    if (!(await account.signedIn())) {
      this.current = signedOut;
      return signedOutPause;
    }
    try {
      if (!this.subscribed) this.wasUnsubscribed = await this.subscribe();
    } catch (error) {
      return this.afterFault(error);
    }
    if (this.ending.signal.aborted) return 0;
    this.hangUp = new AbortController();
    // Subscribing has shown X's time: what was noted by a wrong clock is not taken at its word.
    if (this.takenUpTo !== undefined && this.takenUpTo > clock.now())
      this.takenUpTo = this.downtime.downSince(clock.now());
    const gap = this.takenUpTo === undefined ? undefined : clock.now() - this.takenUpTo;
    const backfill = this.backfills && gap !== undefined ? backfillFor(gap) : 0;
    const hooks = {
      onOpen: () => this.onOpen(gap ?? 0),
      onTaken: (at: number) => {
        this.takenUpTo = at;
      },
    };
    const openedAt = clock.now();
    const outcome = await holdConnection(this.ports, backfill, hooks, this.hangUp.signal);
    this.connected = false;
    return this.afterConnection(outcome, backfill > 0, clock.now() - openedAt);
  }

  private async subscribe(): Promise<boolean> {
    const missing = await this.plan.ensure(undefined);
    this.subscribed = true;
    return missing;
  }

  private async onOpen(gap: number): Promise<void> {
    const { clock, log } = this.ports;
    this.connected = true;
    log.info('X stream connected', { missedMs: gap });
    const since = this.takenUpTo;
    this.takenUpTo ??= clock.now();
    this.downtime.confirm(clock.now());
    const filledByX = this.backfills && gap <= backfillReach && !this.wasUnsubscribed;
    if (since !== undefined && !filledByX) await this.downtime.openGap(since, false);
    this.wasUnsubscribed = false;
    // Before it is said that all is well: killed a moment later, the next process has to know of this one.
    await this.downtime.heartbeat(this.takenUpTo);
    this.current = { state: 'ok' };
    await Promise.race([this.fillGap(), pause(clock, maxHold, this.ending.signal)]);
  }

  /** Reads back an open gap. Runs once at a time; what could not be read is tried again by the minute. */
  private fillGap(): Promise<void> {
    const since = this.downtime.gapFrom();
    if (since === undefined) return Promise.resolve();
    const opened = this.downtime.gapsOpened();
    this.reading ??= tryReadGap(since, this.ports, this.ending.signal)
      .then((outcome) => {
        if (outcome !== 'later') this.downtime.closeGap(opened);
      })
      .catch((error: unknown) => {
        const { log } = this.ports;
        log.error('filling a gap failed; it goes on later', { reason: reasonOf(error) });
      })
      .finally(() => (this.reading = undefined));
    return this.reading;
  }

  private afterConnection(
    { end, reason, problem, status, error }: ConnectionOutcome,
    backfilled: boolean,
    stoodFor: number,
  ): number {
    const { client, log } = this.ports;
    if (this.ending.signal.aborted) return 0;
    if (this.hangUp.signal.aborted) return signedOutPause;
    if (status !== undefined && [400, 403].includes(status) && backfilled && this.backfills) {
      log.info('X does not backfill for this app; what a break misses is read back', { reason });
      this.backfills = false;
      return 0;
    }
    if (status === 401) client.dropAppToken();
    const wait = this.pace.after(end, stoodFor);
    const brief = wait < maxBlip;
    log[brief ? 'info' : 'warn']('reconnecting to the X stream', {
      reason,
      waitMs: wait,
    });
    if (!brief) this.trouble(error ?? refusal(reason, problem, status));
    return wait;
  }

  private afterFault(error: unknown): number {
    const { clock } = this.ports;
    if (this.ending.signal.aborted) return 0;
    if (error instanceof BridgeError && error.code === 'signed-out-of-x') {
      this.current = signedOut;
      return signedOutPause;
    }
    this.trouble(error);
    const closed = error instanceof BridgeError ? clock.msUntilLocal(error.retryAt ?? 0) : 0;
    return Math.max(closed, this.pace.after(isNetwork(error) ? 'network' : 'http'));
  }

  private trouble(error: unknown): void {
    const { account, log } = this.ports;
    const reason = deliveryFault(error, account.delivery);
    const known = this.current.reason === reason;
    this.current = { state: 'trouble', reason };
    if (!known) log.error('X does not deliver', { reason });
  }

  private async heartbeat(): Promise<void> {
    if (this.takenUpTo === undefined) return;
    await this.downtime.heartbeat(this.takenUpTo);
    if (this.connected) void this.fillGap();
  }

  /** Sees to the subscriptions while the connection stands. */
  private async check(): Promise<void> {
    const { log } = this.ports;
    if (!this.connected) return;
    const since = this.downtime.confirmedAt();
    try {
      const repaired = await this.subscribe();
      this.downtime.confirm(this.ports.clock.now());
      if (!repaired) return;
      log.warn('a missing subscription was created again');
      if (since !== undefined) await this.downtime.openGap(since, false);
      await this.fillGap();
    } catch (error) {
      log.warn('the subscriptions could not be checked', { reason: reasonOf(error) });
      if (error instanceof BridgeError && error.code === 'signed-out-of-x') this.onRevoked();
    }
  }

  private async watch(): Promise<void> {
    if (!this.connected) return;
    const silentSince = this.ports.account.lastEventAt() ?? this.ports.clock.fromLocal(this.startedAtLocal);
    if (!(await watchForSilence(silentSince, this.ports, this.ending.signal))) return;
    await this.downtime.openGap(silentSince, false);
    await this.fillGap();
    await this.check();
  }
}

/** Minutes to ask for: the gap and some seconds more, since an event may be lost in the moment of the break. */
const backfillFor = (gap: number) => Math.min(5, Math.max(1, Math.ceil((gap + 30_000) / 60_000)));

function refusal(reason: string, problem: string | undefined, status: number | undefined): BridgeError {
  const retryable = status === undefined || status >= 500;
  return new BridgeError(
    status === 401 ? 'app-refused' : retryable ? 'x-unavailable' : 'refused-by-x',
    reason,
    {
      retryable,
      ...(status === undefined ? {} : { status }),
      ...(problem === undefined ? {} : { problem }),
    },
  );
}

const isNetwork = (error: unknown) =>
  error instanceof BridgeError && error.code === 'x-unavailable' && error.status === undefined;
