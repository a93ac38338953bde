import type { Clock } from './clock';
import type { Log } from './ports';

/** At most one line of a kind in this time. Milliseconds. */
const pause = 10_000;

/**
 * Writes faults that anybody on the internet can cause to the log with how often they occurred, without
 * letting a stranger flood it.
 * @returns takes the line to write; lines are told apart by their words
 */
export function rateLimitedLog(log: Log, clock: Clock): (line: string) => void {
  const kinds = new Map<string, { times: number; quietUntil: number }>();
  return (line) => {
    const kind = kinds.get(line) ?? { times: 0, quietUntil: 0 };
    kind.times += 1;
    kinds.set(line, kind);
    if (clock.now() < kind.quietUntil) return;
    kind.quietUntil = clock.now() + pause;
    log.error(line, { times: kind.times });
  };
}
