import type { ReceivingAccount } from './bridge/acceptEvents';
import type { Arrivals } from './bridge/arrivals';
import type { Clock } from './bridge/clock';
import type { Log } from './bridge/ports';
import type { SignIn } from './bridge/signIn';
import { userIdOfToken, type AccountConfig } from './config/schema';
import type { OwnUser } from './x/ownUser';
import type { Supply } from './x/receivers/supply';
import { Revocation } from './x/revocation';
import type { SignInGate } from './bridge/signInGate';
import type { WebhookAccount } from './x/webhook';

interface ReceivingParts {
  gate: SignInGate;
  signIn: { x: SignIn };
  ownUser: OwnUser;
  clock: Clock;
  log: Log;
  arrivals: Arrivals;
  supply: () => Supply;
}

/** The account as what X delivers is taken in for it. */
export function receivingOf(
  { name, directMessages, mentions, chat, accessToken }: AccountConfig,
  { signIn, arrivals, supply, ...parts }: ReceivingParts,
): ReceivingAccount & Pick<WebhookAccount, 'onChallenge'> {
  const { ownUser } = parts;
  const onConfirmed = () => {
    signIn.x.note(false, 'the account has taken the access of this app away on x.com');
    supply().onRevoked();
  };
  const revocation = new Revocation({ ...parts, account: name, onConfirmed });
  return {
    name,
    directMessages: directMessages.active,
    mentions: mentions.active,
    chat: directMessages.active && chat.active,
    userId: () => ownUser.id() ?? userIdOfToken(accessToken),
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
