import type { AccountFacts } from '../../bridge/ports';

const facts = {
  alive: 'supply alive at',
  proven: 'supply proven at',
  gap: 'supply gap from',
  untried: 'supply gap was not tried',
};

/**
 * Until when the supply surely worked, kept across restarts: what came after that may have been missed. All
 * times are milliseconds since 1970.
 */
export class Lifeline {
  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
  ) {}

  /** The process runs and believes in its supply; said each minute. */
  beat(now: number): void {
    this.write(facts.alive, now);
  }

  /** X has just confirmed webhook and subscriptions. */
  prove(now: number): void {
    this.write(facts.proven, now);
  }

  /** Undefined before the first start ever. */
  aliveAt(): number | undefined {
    return this.read(facts.alive);
  }

  provenAt(): number | undefined {
    return this.read(facts.proven);
  }

  /**
   * Notes a gap until it is filled, so that a restart in the middle begins anew.
   * @param tried whether X tried to deliver meanwhile, and so can replay it
   */
  openGap(from: number, tried: boolean): void {
    const open = this.gapFrom();
    if (open === undefined || from < open) this.write(facts.gap, from);
    if (!tried) this.write(facts.untried, from);
  }

  gapWasTried(): boolean {
    return this.read(facts.untried) === undefined;
  }

  gapFrom(): number | undefined {
    return this.read(facts.gap);
  }

  closeGap(): void {
    this.facts.forget(this.account, facts.gap);
    this.facts.forget(this.account, facts.untried);
  }

  /** Forgets it all: the next start counts as the first one. */
  cut(): void {
    for (const fact of Object.values(facts)) this.facts.forget(this.account, fact);
  }

  private write(fact: string, at: number): void {
    this.facts.save(this.account, fact, String(at));
  }

  private read(fact: string): number | undefined {
    const value = Number(this.facts.read(this.account, fact) ?? NaN);
    return Number.isFinite(value) ? value : undefined;
  }
}
