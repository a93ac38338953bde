import type { Account } from '../accounts/account';
import { BridgeError } from '../core/errors';
import type { CheckLine, SetUpState } from '../panel/api';
import type { Language } from '../texts/languages';
import { phrase, say, spokenLanguage } from '../texts/text';
import { accountOf } from './accountOf';
import { accountAnswering, addressesOf } from './addresses';
import { checkChannel, checkDelivery, checkSignIn, usesChannel } from './check';
import type { MotionDirectory } from './motionDirectory';
import { oauth2View } from './oauth2';
import type { RunningPlugin } from './runningPlugin';

/** What Motion said of the sign-in, so that a page that watches does not try a wrong password again and again. */
interface KnownSignIn {
  /** The sign-in it is about. */
  host: string;
  at: number;
  language: Language;
  line: Promise<CheckLine>;
}

/** How long it is believed, in milliseconds. */
const believedFor = { ok: 30_000, other: 120_000 };

/** Tells how far the set-up of accounts is, and does what Motion lets be done for it. */
export class SetUp {
  private known: KnownSignIn | undefined;

  constructor(
    private readonly plugin: RunningPlugin,
    private readonly motion: MotionDirectory,
  ) {}

  /**
   * How far the set-up of an account is, step by step. Asks Motion; of X only what is known anyway.
   * @param name of the account; undefined while there is none
   * @throws BridgeError `unknown-account`
   */
  async state(name: string | undefined): Promise<SetUpState> {
    const signIn = await this.signIn();
    const account = name === undefined ? undefined : accountOf(this.plugin, name);
    return {
      ...(signIn ? { motion: signIn } : {}),
      ...(account ? await this.ofAccount(account, signIn?.state === 'ok') : {}),
    };
  }

  private async signIn(): Promise<CheckLine | undefined> {
    const { live, clock } = this.plugin;
    if (live().config.host.baseUrl === '') return undefined;
    const host = JSON.stringify(live().config.host);
    const { known } = this;
    const line = known?.host === host ? await known.line : undefined;
    if (known && line) {
      const isFresh = clock.now() - known.at < (line.state === 'ok' ? believedFor.ok : believedFor.other);
      // A wrong password is not tried again for another language.
      if (isFresh && (line.state !== 'ok' || known.language === spokenLanguage())) return line;
    }
    const asked = checkSignIn(this.motion);
    this.known = { host, at: clock.now(), language: spokenLanguage(), line: asked };
    // What could not even be tried is tried again with the next call.
    void asked.catch(() => {
      if (this.known?.line === asked) this.known = undefined;
    });
    return asked;
  }

  private async ofAccount(account: Account, motionAnswers: boolean): Promise<Omit<SetUpState, 'motion'>> {
    const { plugin, motion } = this;
    const { settings, ownUser, name } = account;
    const handle = ownUser.handle();
    const oauth2 = settings.oauth2.clientId === '' ? undefined : await oauth2View(name, plugin);
    const byOAuth2 = oauth2?.state === 'connected' && oauth2.missingScopes.length === 0;
    const hasChannel = settings.openChannelAccountId > 0;
    const latest = await plugin.store.history.latest(name);
    return {
      hasKeys: settings.consumerKey !== '' || settings.oauth2.clientId !== '',
      isConnected: byOAuth2 || (settings.accessToken !== '' && oauth2?.state !== 'ended'),
      ...(handle === undefined ? {} : { handle }),
      channel: hasChannel && motionAnswers ? await checkChannel(settings, { account, plugin, motion }) : [],
      ...(settings.active ? { delivery: checkDelivery(account, true) } : {}),
      ...(latest.delivered === undefined ? {} : { lastInAt: latest.delivered }),
      ...(latest.out === undefined ? {} : { lastOutAt: latest.out }),
    };
  }

  /**
   * The host of the Reply URL that stands in an account's Open Channel account and belongs to somebody else; undefined where
   * there is none.
   * @throws BridgeError in words, where another account uses the channel, or Motion does not have it
   */
  async occupiedBy(name: string): Promise<string | undefined> {
    const { plugin, motion } = this;
    const id = accountOf(plugin, name).settings.openChannelAccountId;
    const other = plugin.accounts.all().find((each) => each.name !== name && usesChannel(each, id));
    if (other) throw new BridgeError('bad-request', say('admin.replyUrlShared', { other: other.name }));
    const channel = (await motion.openChannelAccounts()).find((each) => each.id === id);
    if (!channel) throw new BridgeError('bad-request', say('check.openChannel.unknown', { id }));
    const { replyUrl } = channel;
    return replyUrl === '' || accountAnswering(replyUrl, plugin) !== undefined
      ? undefined
      : placeOf(replyUrl);
  }

  /**
   * Enters an account's Reply URL in its Open Channel account in Motion, and looks whether it stands there.
   * @throws BridgeError in words, where Motion does not let it, or several machines share the work
   */
  async enterReplyUrl(name: string): Promise<CheckLine> {
    const { plugin, motion } = this;
    const account = accountOf(plugin, name);
    // Which address the load balancer has is known to whoever set it up.
    if (plugin.store.cluster.isShared) throw new BridgeError('bad-request', say('admin.replyUrlOfMachines'));
    await motion.changeReplyUrl(account.settings.openChannelAccountId, addressesOf(name, plugin).replyUrl);
    const lines = await checkChannel(account.settings, { account, plugin, motion });
    const line = lines.find(({ what }) => what === phrase('check.replyUrl.name'));
    if (line?.state !== 'ok') throw new BridgeError('bad-request', say('admin.replyUrlNotTaken'));
    return line;
  }
}

/** An address without what may be secret in it. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '?';
}
