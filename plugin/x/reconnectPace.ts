/** How a connection to the stream came to its end. */
export type StreamEnd =
  /** It stood and delivered before it broke. */
  | 'dropped'
  /** The network, before anything was delivered. */
  | 'network'
  /** X answered with a fault. */
  | 'http'
  /** X says that there are too many calls or connections. */
  | 'rate-limited';

const network = { step: 250, longest: 16_000 };
const http = { first: 5_000, longest: 320_000 };
const rateLimited = { first: 60_000, longest: 15 * 60_000 };

/** Reconnects at X's pace (X docs: handling disconnections), each kind of fault counted by itself. */
export class ReconnectPace {
  private kind: StreamEnd | undefined;
  private times = 0;

  /** @returns milliseconds to wait before the next connection */
  after(end: StreamEnd): number {
    this.times = end === this.kind ? this.times + 1 : 1;
    this.kind = end;
    if (end === 'dropped') return 0;
    if (end === 'network') return Math.min(network.longest, network.step * this.times);
    const { first, longest } = end === 'http' ? http : rateLimited;
    return Math.min(longest, first * 2 ** Math.min(this.times - 1, 20));
  }

  /** Something arrived: the next fault counts as a first one. */
  delivered(): void {
    this.kind = undefined;
    this.times = 0;
  }
}
