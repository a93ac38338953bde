import type { Clock } from '../core/clock';
import type { Log } from '../core/ports';
import { SignIn } from '../core/signIn';
import type { AccountConfig } from '../settings/account';
import { signInNames, userSignIns, type UserSignIn } from '../x/api/signInKinds';
import { phrase } from '../texts/text';

/** How each sign-in of an account stands; a change is logged, with what the admin can do about it. */
export class SignInReports {
  readonly x: Record<UserSignIn, SignIn>;
  readonly host: SignIn;
  /** The ways the account signs in with X. */
  readonly used: readonly UserSignIn[];

  /** @param onXAccepts X accepts the account's sign-in again */
  constructor({ name, accessToken, oauth2 }: AccountConfig, clock: Clock, log: Log, onXAccepts: () => void) {
    const report = (side: string, toCheck: string, onAccepted: () => void) =>
      new SignIn(clock, (accepted, reason) => {
        if (accepted) {
          log.info(`signed in to ${side} again`, { account: name });
          onAccepted();
        } else log.error(`${side} refuses the sign-in: ${toCheck}`, { account: name, reason });
      });
    const withX = (kind: UserSignIn, toCheck: string) =>
      report(`X (${signInNames[kind]})`, toCheck, onXAccepts);
    this.x = {
      oauth1: withX('oauth1', 'check the keys of this account'),
      oauth2: withX('oauth2', 'see the reason; mostly the account has to be connected again in the panel'),
    };
    this.host = report(
      'XCALLY Motion',
      'check host.username and host.password, or host.apiKey, which all accounts share',
      () => {},
    );
    const isUsed = { oauth1: accessToken !== '', oauth2: oauth2.clientId !== '' };
    this.used = userSignIns.filter((kind) => isUsed[kind]);
  }

  noteRevoked(): void {
    for (const kind of this.used) this.x[kind].note(false, phrase('signIn.revoked'));
  }
}
