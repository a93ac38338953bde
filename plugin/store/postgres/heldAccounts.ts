import { maxCallMs, type ClusterHandlers } from '../../core/cluster';
import { reasonOf } from '../../core/errors';
import type { Log } from '../../core/ports';
import { leadership, type Leases } from './leases';
import { scopes, type Scope } from './scope';

const tryAgainMs = 1_000;
/** An account that could not be given away is kept for so long, since it stands still while that is tried. Milliseconds. */
const keepMs = 60_000;
/** An answer of the database says nothing any more so long after it was asked. Milliseconds. */
const maxAskedMs = 1_000;

interface Held {
  epoch: string;
  /** What others learnt of the account is known, so that it can be worked. */
  isReady: boolean;
  releasing: boolean;
  /** It is not given away earlier, in ms since 1970. */
  keptUntil: number;
}

export interface HeldAccountsOptions {
  leases: Leases;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  now: () => number;
  /** Reads again what is known of accounts. */
  refreshFacts: (isMeant: (account: string) => boolean) => Promise<void>;
  handlers: () => ClusterHandlers | undefined;
}

/** What this process handles: the accounts whose leases it has, and the leadership. */
export class HeldAccounts {
  private readonly held = new Map<string, Held>();
  private readonly callsEnd = new Map<string, number>();
  private isEnding = false;

  constructor(private readonly options: HeldAccountsOptions) {}

  /** Takes and begins nothing any longer. */
  end(): void {
    this.isEnding = true;
  }

  names(): string[] {
    return [...this.held.keys()];
  }

  has(name: string): boolean {
    return this.held.has(name);
  }

  handles(name: string): boolean {
    const held = this.held.get(name);
    return held !== undefined && held.isReady && !held.releasing;
  }

  scopeOf(account: string): Scope {
    const held = this.held.get(account);
    return held ? { account, epoch: held.epoch } : { account };
  }

  /** When calls of a process that left the account behind have certainly ended, in ms since 1970. */
  leftCallsEndAt(account: string): number {
    return this.callsEnd.get(account) ?? 0;
  }

  async mayCall(account: string): Promise<boolean> {
    const epoch = this.held.get(account)?.epoch;
    if (epoch === undefined) return false;
    const askedAt = performance.now();
    const has = await this.options.leases.has(account, epoch).catch(() => false);
    // A process that stood still in between has an old answer.
    return has && performance.now() - askedAt < maxAskedMs;
  }

  /** Those that a process must not give back as done with, since calls of a former one may still be under way. */
  withLeftCalls(): string[] {
    return this.names().filter((name) => this.leftCallsEndAt(name) > this.options.now());
  }

  /** @param former the process that had it and has ended; undefined where it was given back */
  async take(name: string, former: string | undefined): Promise<void> {
    if (this.isEnding) return;
    const epoch = await this.options.leases.take(name, former);
    if (epoch !== undefined) this.begin(name, epoch, former !== undefined);
  }

  /** Goes on with what was taken although this process did not hear of it. */
  async takeAgain(name: string): Promise<void> {
    if (this.isEnding) return;
    const epoch = await this.options.leases.takeAgain(name);
    if (epoch !== undefined) this.begin(name, epoch, true);
  }

  /** Gives an account to another process, once nothing of it is under way here. Never rejects. */
  async release(name: string): Promise<void> {
    const { leases, log, handlers, now } = this.options;
    const held = this.held.get(name);
    if (!held || held.releasing || this.isEnding) return;
    // Whoever takes it now would not wait for the calls of the former process.
    if (Math.max(held.keptUntil, this.leftCallsEndAt(name)) > now()) return;
    held.releasing = true;
    try {
      if (name !== leadership) await scopes.run(this.scopeOf(name), () => handlers()?.onReleasing(name));
      if (this.hasEnded()) return;
      await leases.release(name, held.epoch);
      this.held.delete(name);
      if (name !== leadership) log.info('another process is to work the account', { account: name });
    } catch (error) {
      if (this.hasEnded()) return;
      // The answer alone may have been lost.
      if (!(await leases.has(name, held.epoch).catch(() => true))) {
        this.held.delete(name);
        return;
      }
      log.warn('an account could not be given to another process; it will be tried again', {
        account: name,
        reason: reasonOf(error),
      });
      held.releasing = false;
      held.keptUntil = now() + keepMs;
      void this.work(name, held);
    }
  }

  private hasEnded(): boolean {
    return this.isEnding;
  }

  private begin(name: string, epoch: string, wasLeft: boolean): void {
    const { log, now } = this.options;
    const held: Held = { epoch, isReady: false, releasing: false, keptUntil: 0 };
    this.held.set(name, held);
    if (wasLeft) this.callsEnd.set(name, now() + maxCallMs);
    if (name !== leadership)
      log.info('this process handles the account now', { account: name, takenOver: wasLeft });
    void this.work(name, held);
  }

  /** Until it succeeds: an account that is held and not handled would be handled by nobody. Never rejects. */
  private async work(name: string, held: Held): Promise<void> {
    const { refreshFacts, log, handlers } = this.options;
    if (this.isEnding) return;
    try {
      await refreshFacts((account) => account === name);
      held.isReady = true;
      if (name !== leadership) await scopes.run(this.scopeOf(name), () => handlers()?.onGained(name));
    } catch (error) {
      log.error('an account could not be begun; it will be tried again', {
        account: name,
        reason: reasonOf(error),
      });
      const again = () => {
        if (this.held.get(name) === held && !held.releasing) void this.work(name, held);
      };
      setTimeout(again, tryAgainMs).unref();
    }
  }
}
