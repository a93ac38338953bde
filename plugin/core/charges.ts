import type { Async } from './ports';

/** What X has a price for. */
export type ChargeKind =
  | 'event'
  | 'post event'
  | 'message read'
  | 'user read'
  | 'post read'
  | 'owned read'
  | 'message sent'
  | 'post'
  | 'post with link';

/** How often something with a price was had; `day` is the day's beginning in UTC, in ms since 1970. */
export interface ChargeCount {
  account: string;
  day: number;
  kind: ChargeKind;
  count: number;
}

/** Where the counts are kept. */
export interface ChargesTable {
  add(counts: ChargeCount[]): void;
  /** By day, the newest day first. */
  since(account: string, at: number): ChargeCount[];
}

export interface Charges {
  note(account: string, kind: ChargeKind, count: number): void;
  /** By day since a time (ms since 1970), the newest day first. @throws BridgeError `store-unavailable` */
  since(account: string, at: number): Promise<ChargeCount[]>;
}

const dayMs = 24 * 60 * 60_000;

/** Counts are gathered in memory for so long; they are an estimate, not worth a flush to disk each. Milliseconds. */
const maxGatheringMs = 60_000;

/** Counts what X has a price for. */
export class GatheredCharges implements Charges {
  private gathered = new Map<string, ChargeCount>();
  private writtenAt: number;

  constructor(
    private readonly table: Async<ChargesTable>,
    private readonly now: () => number,
  ) {
    this.writtenAt = now();
  }

  note(account: string, kind: ChargeKind, count: number): void {
    const at = this.now();
    if (count > 0) this.gather({ account, day: at - (at % dayMs), kind, count });
    if (at - this.writtenAt >= maxGatheringMs) void this.write();
  }

  async since(account: string, at: number): Promise<ChargeCount[]> {
    await this.write();
    return this.table.since(account, at);
  }

  /** Writes down what was gathered; what cannot be written is gathered on. Never throws. */
  async write(): Promise<void> {
    const counts = [...this.gathered.values()];
    this.gathered = new Map();
    this.writtenAt = this.now();
    if (counts.length === 0) return;
    await this.table.add(counts).catch(() => counts.forEach((each) => this.gather(each)));
  }

  private gather(each: ChargeCount): void {
    const key = JSON.stringify([each.account, each.day, each.kind]);
    const before = this.gathered.get(key)?.count ?? 0;
    this.gathered.set(key, { ...each, count: before + each.count });
  }
}
