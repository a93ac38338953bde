import type { Clock } from '../../core/clock';
import type { Log } from '../../core/ports';
import type { OwnUser } from './ownUser';
import type { SignIns } from './signIns';

/** X is asked at most so often whether an event of this kind is true. Milliseconds. */
const askedEvery = 5 * 60_000;

export interface RevocationOptions {
  account: string;
  ownUser: OwnUser;
  signIns: Pick<SignIns, 'areRefused' | 'closed' | 'refuseAll'>;
  clock: Clock;
  log: Log;
  onConfirmed: () => void;
}

/**
 * An event that says the account took the app's access away. Its signature never expires, so a captured one could be sent
 * again at will: it counts only when X, asked, refuses the sign-ins.
 */
export class Revocation {
  private askedAt = -Infinity;

  constructor(private readonly options: RevocationOptions) {}

  /** Never throws. */
  async heard(): Promise<void> {
    const { account, ownUser, signIns, clock, log, onConfirmed } = this.options;
    if (signIns.areRefused() || clock.now() - this.askedAt < askedEvery) return;
    this.askedAt = clock.now();
    const standing = await ownUser.standing(signIns);
    if (standing === 'refused') {
      signIns.refuseAll();
      onConfirmed();
      return;
    }
    const said = 'an event says that the access was taken away';
    if (standing === 'accepted') log.warn(`${said}, but X accepts the keys: it is ignored`, { account });
    else {
      this.askedAt = -Infinity;
      log.warn(`${said}; X cannot be asked right now, the next call will show`, { account });
    }
  }
}
