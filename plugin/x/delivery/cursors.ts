import type { AccountFacts } from '../../core/accountFacts';

export type CursorOf = 'messages' | 'mentions' | 'chat';

const fact = (of: CursorOf) => `read ${of} up to`;

/** The newest id that reading has taken in, of each kind, kept across restarts. */
export class Cursors {
  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
  ) {}

  read(of: CursorOf): string | undefined {
    return this.facts.read(this.account, fact(of));
  }

  /** Moves forward, never back. */
  advance(of: CursorOf, id: string): void {
    const before = this.read(of);
    if (before === undefined || BigInt(id) > BigInt(before)) this.facts.save(this.account, fact(of), id);
  }

  /** Forgets how far a kind was read, since it is switched off: switched on again, it starts from then. */
  forget(of: CursorOf): void {
    this.facts.forget(this.account, fact(of));
  }
}
