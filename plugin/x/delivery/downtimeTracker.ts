import type { AccountFacts } from '../../core/accountFacts';

/** X's clock is known to a second or so; its times and those of its answers may differ a little more. Milliseconds. */
const clockSkew = 60_000;

/** When it is not known since when something may be missing, so much is read back. Milliseconds. */
const unknownGap = 24 * 60 * 60_000;

const facts = {
  born: 'supply born at',
  alive: 'supply alive at',
  proven: 'supply proven at',
  gap: 'supply gap from',
  untried: 'supply gap was not tried',
};

/**
 * Until when the delivery certainly worked, kept across restarts: what came after that may have been missed. All
 * times are milliseconds since 1970.
 */
export class DowntimeTracker {
  /** How many gaps were opened by this process, so that closing one does not close a later one. */
  private opened = 0;

  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
  ) {}

  /**
   * The process runs and believes in its delivery; said each minute.
   * @returns when it is on the disk @throws BridgeError `store-unavailable`
   */
  async heartbeat(now: number): Promise<void> {
    if (this.read(facts.born) === undefined) await this.keep(facts.born, now);
    await this.keep(facts.alive, now);
  }

  /** X has just confirmed webhook and subscriptions. */
  confirm(now: number): void {
    this.facts.save(this.account, facts.proven, String(now));
  }

  /** Undefined before the first start ever. */
  aliveAt(): number | undefined {
    return this.read(facts.alive);
  }

  /**
   * Since when something may be missing at a start; undefined before the first start ever.
   * @param now X's time; what was written in the future of it, by a clock that was wrong, says nothing
   */
  downSince(now: number): number | undefined {
    const aliveAt = this.aliveAt();
    return aliveAt !== undefined && aliveAt > now + clockSkew ? now - unknownGap : aliveAt;
  }

  confirmedAt(): number | undefined {
    return this.read(facts.proven);
  }

  /** Where reading has to begin to find all since a time, however the clocks differ; never before the first start. */
  safelyBefore(since: number): number {
    // X tells the time of a message in whole seconds, and its clock is known to a second.
    const born = Math.floor((this.read(facts.born) ?? since) / 1000) * 1000 - 1000;
    return Math.max(born, since - clockSkew);
  }

  /**
   * Notes a gap until it is filled, so that a restart in the middle begins again.
   * @param tried whether X tried to deliver meanwhile, and so can replay it
   * @returns when it is on the disk @throws BridgeError `store-unavailable`
   */
  async openGap(from: number, tried: boolean): Promise<void> {
    this.opened += 1;
    // First, since a gap that X tried to fill would be left to X's replay.
    if (!tried) await this.keep(facts.untried, from);
    await this.keep(facts.gap, Math.min(from, this.gapFrom() ?? from));
  }

  gapWasTried(): boolean {
    return this.read(facts.untried) === undefined;
  }

  gapFrom(): number | undefined {
    return this.read(facts.gap);
  }

  /** Tells the gaps opened so far from those that will be. */
  gapsOpened(): number {
    return this.opened;
  }

  /** The gap is filled. @param opened what `gapsOpened` said when the filling began; a gap opened since stays open */
  closeGap(opened: number): void {
    if (opened !== this.opened) return;
    this.facts.forget(this.account, facts.gap);
    this.facts.forget(this.account, facts.untried);
  }

  /** Forgets it all: the next start counts as the first one. */
  reset(): void {
    for (const fact of Object.values(facts)) this.facts.forget(this.account, fact);
  }

  private keep(fact: string, at: number): Promise<void> {
    return this.facts.keep(this.account, fact, String(at));
  }

  private read(fact: string): number | undefined {
    const value = Number(this.facts.read(this.account, fact) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  }
}
