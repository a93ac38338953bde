import type { ReceivingAccount } from '../core/inbound/ingestEvents';
import type { Arrivals } from '../core/inbound/arrivals';
import type { Clock } from '../core/clock';
import type { Log } from '../core/ports';
import type { SignIn } from '../core/signIn';
import { userIdOfToken, type AccountConfig } from '../settings/schema';
import type { OwnUser } from '../x/api/ownUser';
import type { Delivery } from '../x/delivery';
import type { Supply } from '../x/delivery/supply';
import type { OAuth2Tokens } from '../x/api/oauth2Tokens';
import { Revocation } from '../x/api/revocation';
import { userSignIns, type UserSignIn } from '../x/api/signInKinds';
import type { SignIns } from '../x/api/signIns';
import type { WebhookAccount } from '../x/delivery/webhook';

interface ReceivingParts {
  signIns: SignIns;
  signIn: Record<UserSignIn, SignIn>;
  oauth2: OAuth2Tokens | undefined;
  ownUser: OwnUser;
  clock: Clock;
  log: Log;
  arrivals: Arrivals;
  supply: () => Supply;
}

/** The account as what X delivers is taken in for it. */
export function receivingOf(
  settings: AccountConfig,
  { signIn, arrivals, supply, ...parts }: ReceivingParts,
): ReceivingAccount & Pick<WebhookAccount, 'onChallenge'> {
  const { name, directMessages, mentions, chat, accessToken } = settings;
  const { ownUser, oauth2 } = parts;
  const onConfirmed = () => {
    for (const kind of userSignIns)
      if (isUsed(kind, settings))
        signIn[kind].note(false, 'the account has taken the access of this app away on x.com');
    supply().onRevoked();
  };
  const revocation = new Revocation({ ...parts, account: name, onConfirmed });
  return {
    name,
    directMessages: directMessages.active,
    mentions: mentions.active,
    quotes: mentions.active && mentions.quotes,
    chat: directMessages.active && chat.active,
    userId: () => ownUser.id() ?? userIdOfToken(accessToken) ?? oauth2?.userId(),
    onEvent: (pushed) => {
      arrivals.note();
      if (pushed) supply().onPushed();
    },
    onRefused: () => supply().onRefused(),
    onChallenge: () => supply().onChallenge(),
    onRevoked: () => void revocation.heard(),
    onReplay: (status) => supply().onReplay(status),
    onPost: (authorId) => supply().onPost(authorId),
  };
}

/** Whether an account signs in with X in this way. */
export function isUsed(kind: UserSignIn, { accessToken, oauth2 }: AccountConfig): boolean {
  return (kind === 'oauth1' ? accessToken : oauth2.clientId) !== '';
}

/**
 * How X delivers to an account: as set, else as its level says (Basic and Pro get no pushes). Pushes belong to the app, so
 * an account without the app's own keys is polled.
 */
export function deliveryOf({ delivery, level, consumerKey, consumerSecret }: AccountConfig): Delivery {
  if (delivery !== '') return delivery;
  return level === 'enterprise' && consumerKey !== '' && consumerSecret !== '' ? 'activity' : 'poll';
}
