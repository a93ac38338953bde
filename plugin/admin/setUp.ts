import type { Account } from '../accounts/account';
import { BridgeError } from '../core/errors';
import type { CheckLine, SetUpState } from '../panel/api';
import { phrase, say } from '../texts/text';
import { accountOf } from './accountOf';
import { addressesOf } from './addresses';
import { checkChannel, checkDelivery, checkSignIn } from './check';
import type { MotionDirectory } from './motionDirectory';
import type { RunningPlugin } from './runningPlugin';

/**
 * How far the set-up of an account is, step by step. Asks Motion; X only where the account is switched on anyway.
 * @param name of the account; undefined while there is none
 * @throws BridgeError `unknown-account`
 */
export async function setUpState(
  name: string | undefined,
  plugin: RunningPlugin,
  motion: MotionDirectory,
): Promise<SetUpState> {
  const isEntered = plugin.live().config.host.baseUrl !== '';
  const signIn = isEntered ? await checkSignIn(motion) : undefined;
  const account = name === undefined ? undefined : accountOf(plugin, name);
  return {
    ...(signIn ? { motion: signIn } : {}),
    ...(account ? await ofAccount(account, plugin, signIn?.state === 'ok' ? motion : undefined) : {}),
  };
}

async function ofAccount(
  account: Account,
  plugin: RunningPlugin,
  motion: MotionDirectory | undefined,
): Promise<Omit<SetUpState, 'motion'>> {
  const { settings, ownUser, oauth2 } = account;
  const handle = ownUser.handle();
  const isConnected = settings.accessToken !== '' || (await oauth2?.isConnected()) === true;
  const hasChannel = settings.openChannelAccountId > 0;
  const lastInAt = (await plugin.store.history.latest(account.name)).in;
  return {
    hasKeys: settings.consumerKey !== '' || settings.oauth2.clientId !== '',
    isConnected,
    ...(handle === undefined ? {} : { handle }),
    channel: hasChannel && motion ? await checkChannel(settings, { account, plugin, motion }) : [],
    ...(settings.active ? { delivery: checkDelivery(account, true) } : {}),
    ...(lastInAt === undefined ? {} : { lastInAt }),
  };
}

/**
 * Enters an account's Reply URL in its Open Channel account in Motion, and looks whether it stands there.
 * @throws BridgeError in words, where Motion does not let it
 */
export async function enterReplyUrl(
  name: string,
  plugin: RunningPlugin,
  motion: MotionDirectory,
): Promise<CheckLine> {
  const account = accountOf(plugin, name);
  const { openChannelAccountId: id } = account.settings;
  const { replyUrl } = addressesOf(name, plugin);
  await motion.changeReplyUrl(id, replyUrl);
  const lines = await checkChannel(account.settings, { account, plugin, motion });
  const line = lines.find(({ what }) => what === phrase('check.replyUrl.name'));
  if (line?.state !== 'ok') throw new BridgeError('bad-request', say('admin.replyUrlNotTaken'));
  return line;
}
