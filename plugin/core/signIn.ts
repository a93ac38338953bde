import type { Clock } from './clock';
import { isoTime } from './isoTime';

/** Whether one of the two sides accepts our keys, as the last call showed. */
export class SignIn {
  private state: 'unknown' | 'ok' | 'refused' = 'unknown';
  private reason: string | undefined;
  private since: number | undefined;

  /** @param onChange hears when the state changes, not every call */
  constructor(
    private readonly clock: Clock,
    private readonly onChange: (accepted: boolean, reason: string | undefined) => void,
  ) {}

  note(accepted: boolean, reason: string | undefined): void {
    const state = accepted ? 'ok' : 'refused';
    this.reason = reason;
    if (state === this.state) return;
    const before = this.state;
    this.state = state;
    this.since = this.clock.now();
    if (!(before === 'unknown' && accepted)) this.onChange(accepted, reason);
  }

  read(): { state: 'unknown' | 'ok' | 'refused'; reason?: string; since?: string } {
    return {
      state: this.state,
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.since === undefined ? {} : { since: isoTime(this.since) }),
    };
  }
}
