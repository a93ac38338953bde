import type { AccountConfig } from '../settings/account';
import type { Account } from '../accounts/account';
import { BridgeError } from '../core/errors';
import { encryptedFact } from '../core/inbound/ingestEncrypted';
import type { CheckLine, OpenChannelAccount } from '../panel/api';
import type { XClient } from '../x/api/client';
import { signInNames, userSignIns } from '../x/api/signInKinds';
import { ownUser } from '../x/api/users';
import { deliveryKind } from '../x/delivery';
import { testWebhook } from '../x/delivery/webhookSelfTest';
import { accountAnswering, addressesOf } from './addresses';
import type { MotionDirectory } from './motionDirectory';
import { missingScopes } from './oauth2';
import type { RunningPlugin } from './runningPlugin';
import { phrase, say, spokenLanguage, Text, type TextKey, verbatim } from '../texts/text';

/** Whether an account's private messages, or its mentions, go to an Open Channel account. */
export function usesChannel({ settings }: Account, id: number): boolean {
  return settings.openChannelAccountId === id || settings.mentions.openChannelAccountId === id;
}

/** What the tests of one account are about. */
export interface Checked {
  account: Account;
  plugin: RunningPlugin;
  motion: MotionDirectory;
}

/** Tests everything an account needs, one after the other, and says of each what to do. */
export async function checkAccount(
  account: Account,
  plugin: RunningPlugin,
  motion: MotionDirectory,
): Promise<CheckLine[]> {
  const checked = { account, plugin, motion };
  const inMotion = await checkMotion(checked);
  const x = await checkX(account);
  const xAnswers = x.every(({ state }) => state !== 'failed');
  return [
    ...inMotion,
    ...x,
    ...(await checkWebhook(checked)),
    checkDelivery(account, xAnswers),
    ...checkChat(checked),
    checkLog(plugin),
  ];
}

/** Tries the sign-in to the host. */
export function checkSignIn(motion: MotionDirectory): Promise<CheckLine> {
  return line(say('check.motionSignIn.name'), async () => {
    const { name, role } = await motion.user();
    const user = name === undefined ? say('check.motionSignIn.itsUser') : name;
    return say('check.motionSignIn.ok', { user: role === undefined ? user : `${String(user)} (${role})` });
  });
}

async function checkMotion(checked: Checked): Promise<CheckLine[]> {
  const { account, motion } = checked;
  const signIn = await checkSignIn(motion);
  if (signIn.state === 'failed')
    return [
      signIn,
      ...(['openChannel', 'mapKey', 'replyUrl'] as const).map((each) =>
        unknown(say(`check.${each}.name`), say('check.needsMotion')),
      ),
    ];
  const { settings } = account;
  const { mentions } = settings;
  const lines = [signIn, ...(await checkChannel(settings, checked))];
  if (!mentions.active || mentions.openChannelAccountId === 0) return lines;
  const ofMentions = await checkChannel(mentions, checked);
  return [
    ...lines,
    ...ofMentions.map((each) => ({ ...each, what: phrase('check.ofMentions', { what: each.what }) })),
  ];
}

/** The Open Channel account that messages, or public posts, go to. */
export async function checkChannel(
  { openChannelAccountId: id, mapKey }: Pick<AccountConfig, 'openChannelAccountId' | 'mapKey'>,
  { account, plugin, motion }: Checked,
): Promise<CheckLine[]> {
  const what = say('check.openChannel.name');
  const sharedWith = plugin.accounts
    .active()
    .filter((each) => each.name !== account.name && usesChannel(each, id))
    .map(({ name }) => name);
  try {
    const found = (await motion.openChannelAccounts()).find((each) => each.id === id);
    if (!found) return [failed(what, say('check.openChannel.unknown', { id }))];
    return [
      sharedWith.length === 0
        ? ok(what, say('check.openChannel.ok', { name: found.name, id }))
        : warning(
            what,
            say('check.openChannel.shared', { name: found.name, id, others: sharedWith.join(', ') }),
          ),
      mapKeyLine(mapKey, found),
      replyUrlLine(found, account, plugin),
    ];
  } catch (error) {
    return [failed(what, wordsOf(error))];
  }
}

function mapKeyLine(configured: string, { mapKey }: OpenChannelAccount): CheckLine {
  const what = say('check.mapKey.name');
  if (mapKey === '' && configured === '') return failed(what, say('check.mapKey.none'));
  if (configured !== '' && mapKey !== '' && configured !== mapKey)
    return failed(what, say('check.mapKey.differs', { here: configured, there: mapKey }));
  return ok(what, say('check.mapKey.ok', { field: configured || mapKey }));
}

function replyUrlLine({ replyUrl }: OpenChannelAccount, { name }: Account, plugin: RunningPlugin): CheckLine {
  const what = say('check.replyUrl.name');
  if (replyUrl === '') return failed(what, say('check.replyUrl.none'));
  const answers = accountAnswering(replyUrl, plugin);
  if (answers === undefined) return failed(what, say('check.replyUrl.foreign'));
  if (answers !== name) return failed(what, say('check.replyUrl.otherAccount', { other: answers, name }));
  return ok(what, say('check.replyUrl.ok'));
}

async function checkX(account: Account): Promise<CheckLine[]> {
  const { client } = account;
  const keys = await line(say('check.xKeys.name'), async () => {
    const user = await ownUser(client);
    return user ? say('check.xKeys.user', { user: user.username ?? user.id }) : say('check.xKeys.ok');
  });
  if (keys.state === 'failed') return [keys];
  const permission = await line(say('check.permissions.name'), async () => {
    await readOneMessage(client);
    return say('check.permissions.ok');
  });
  if (permission.state === 'failed')
    permission.words = phrase('check.permissions.missing', { text: permission.words });
  return [keys, permission, ...(await refusedSignIns(account)), ...(await checkOAuth2(account))];
}

/** X charges for the one message. */
async function readOneMessage(client: XClient): Promise<void> {
  const path = '/2/dm_events';
  await client.call({ method: 'GET', path, query: { max_results: '1' }, window: `GET ${path}` });
}

async function refusedSignIns(account: Account): Promise<CheckLine[]> {
  const { signIn } = await account.health();
  return userSignIns.flatMap((kind) =>
    signIn[kind]?.state === 'refused'
      ? [
          failed(
            say('check.signIn', { kind: signInNames[kind] }),
            sentence(signIn[kind].reason, 'check.refused'),
          ),
        ]
      : [],
  );
}

async function checkOAuth2({ oauth2, settings }: Account): Promise<CheckLine[]> {
  const what = say('check.oauth2.name');
  if (!oauth2) return [];
  if (!(await oauth2.isConnected()) && settings.accessToken !== '')
    return [warning(what, say('check.oauth2.unused'))];
  if (!(await oauth2.isConnected())) return [failed(what, say('check.oauth2.notConnected'))];
  const alive = await line(what, async () => {
    await oauth2.accessToken();
    return say('check.oauth2.ok');
  });
  const missing = missingScopes(oauth2);
  if (alive.state === 'failed' || missing.length === 0) return [alive];
  const words = say('check.oauth2.rightsMissing', { rights: missing.join(', ') });
  return [alive, failed(say('check.oauth2.rights'), words)];
}

async function checkWebhook({ account, plugin }: Checked): Promise<CheckLine[]> {
  const { settings, delivery } = account;
  if (deliveryKind(delivery).webhook !== 'own') return [];
  const [reach, signature] = [say('check.webhook.name'), say('check.signature.name')];
  if (settings.webhookUrl === '') return [warning(reach, say('check.webhook.none'))];
  const { webhookUrl } = addressesOf(account.name, plugin);
  if (!sameOrigin(webhookUrl, plugin.live().config.host.baseUrl))
    return [warning(reach, say('check.webhook.elsewhere'))];
  const test = await testWebhook(webhookUrl, settings.consumerSecret);
  return [
    test.challenge === undefined
      ? ok(reach, say('check.webhook.ok'))
      : failed(reach, sentence(test.challenge)),
    test.signature === undefined
      ? ok(signature, say('check.signature.ok'))
      : failed(signature, sentence(test.signature)),
  ];
}

/** Whether events come in from X. @param xAnswers whether X takes the account's keys */
export function checkDelivery({ ingestion, settings, delivery }: Account, xAnswers: boolean): CheckLine {
  const what = say('check.events.name');
  const { state, reason } = ingestion.state();
  if (!settings.active) return warning(what, say('check.events.off'));
  if (!xAnswers) return unknown(what, say('check.events.notChecked'));
  const isPushed = deliveryKind(delivery).webhook === 'own';
  if (isPushed && settings.webhookUrl === '') return warning(what, say('check.events.leftToYou'));
  if (state === 'ok') return ok(what, say('check.events.ok'));
  if (state === 'starting') return warning(what, say('check.events.starting'));
  return failed(what, sentence(reason, 'check.noEvents'));
}

function checkChat({ account: { name, chat }, plugin }: Checked): CheckLine[] {
  const what = say('check.chat.name');
  const { state, reason } = chat.standing();
  const wasWritten = plugin.store.facts.read(name, encryptedFact) !== undefined;
  if (state === 'off') return [];
  if (state === 'no-keys' && !wasWritten) return [ok(what, say('check.chat.unused'))];
  if (state === 'ok')
    return [reason === undefined ? ok(what, say('check.chat.ok')) : warning(what, sentence(reason))];
  return [failed(what, sentence(reason, 'check.chat.starting'))];
}

function checkLog({ logs, live }: RunningPlugin): CheckLine {
  const what = say('check.log.name');
  const { dir: used } = logs;
  const { dir: wanted } = live().config.log;
  if (wanted === used) return ok(what, verbatim(used));
  return warning(what, say('check.log.elsewhere', { wanted, used }));
}

async function line(what: Text, test: () => Promise<Text>): Promise<CheckLine> {
  try {
    return ok(what, await test());
  } catch (error) {
    return failed(what, wordsOf(error));
  }
}

const lineOf =
  (state: CheckLine['state']) =>
  (what: Text, words: Text): CheckLine => ({
    what: what.in(spokenLanguage()),
    state,
    words: words.in(spokenLanguage()),
  });
const ok = lineOf('ok');
const warning = lineOf('warning');
const failed = lineOf('failed');
const unknown = lineOf('unknown');

function wordsOf(error: unknown): Text {
  if (!(error instanceof BridgeError)) throw error;
  return sentence(error.words.in(spokenLanguage()));
}

/** What somebody else says, as a sentence; without it, one of our own. */
function sentence(words: string | undefined, otherwise: TextKey & `check.${string}` = 'check.refused'): Text {
  if (words === undefined) return new Text(otherwise, {});
  const end = words.endsWith('.') ? '' : '.';
  // A setting's name stays as it is written.
  const isName = /^[a-z]+[A-Z.]/.test(words);
  return verbatim(`${isName ? words : words.charAt(0).toUpperCase() + words.slice(1)}${end}`);
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
