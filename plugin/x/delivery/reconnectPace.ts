/** How a connection to the stream came to its end. */
export type StreamEnd =
  /** It stood and delivered before it broke. */
  | 'dropped'
  /** The network, before anything was delivered. */
  | 'network'
  /** X answered with a fault. */
  | 'http'
  /** X says that there are too many calls or connections. */
  | 'rate-limited'
  /** X refuses the app's keys. */
  | 'refused';

/** A connection that stood for so long was a good one. Milliseconds. */
const stood = 30_000;
const refused = { first: 60_000, more: 30 * 60_000 };

const network = { step: 250, longest: 16_000 };
const http = { first: 5_000, longest: 320_000 };
const rateLimited = { first: 60_000, longest: 15 * 60_000 };

/** Reconnects at X's pace (X docs: handling disconnections), each kind of fault counted by itself. */
export class ReconnectPace {
  private kind: StreamEnd | undefined;
  private times = 0;

  /**
   * @param stoodFor how long the connection stood, in milliseconds
   * @returns milliseconds to wait before the next connection
   */
  after(end: StreamEnd, stoodFor = 0): number {
    if (end === 'dropped' && stoodFor >= stood) this.kind = undefined;
    this.times = end === this.kind ? this.times + 1 : 1;
    this.kind = end;
    // One refusal may be a mistake of X.
    if (end === 'refused') return this.times > 1 ? refused.more : refused.first;
    // The first time at once; one that breaks again and again is a fault like any other.
    if (end === 'dropped') return Math.min(network.longest, network.step * (this.times - 1) ** 2);
    if (end === 'network') return Math.min(network.longest, network.step * this.times);
    const { first, longest } = end === 'http' ? http : rateLimited;
    return Math.min(longest, first * 2 ** Math.min(this.times - 1, 20));
  }
}
