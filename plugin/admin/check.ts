import type { Account } from '../accounts/account';
import { BridgeError, reasonOf } from '../core/errors';
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

/** What the tests of one account are about. */
interface Checked {
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
  return line('Sign-in to the host', async () => {
    const { name, role } = await motion.user();
    return `The host knows the plugin as ${name ?? 'its user'}${role === undefined ? '' : ` (${role})`}.`;
  });
}

async function checkMotion({ account, plugin, motion }: Checked): Promise<CheckLine[]> {
  const signIn = await checkSignIn(motion);
  if (signIn.state === 'failed') return [signIn];
  const what = 'Open Channel account';
  const { openChannelAccountId: id, mapKey } = account.settings;
  const sharedWith = plugin.accounts
    .active()
    .filter(({ name, settings }) => name !== account.name && settings.openChannelAccountId === id)
    .map(({ name }) => name);
  try {
    const found = (await motion.openChannelAccounts()).find((each) => each.id === id);
    if (!found)
      return [signIn, failed(what, `The host has no Open Channel account ${id}: choose another one.`)];
    return [
      signIn,
      sharedWith.length === 0
        ? ok(what, `"${found.name}" (${id})`)
        : warning(
            what,
            `"${found.name}" (${id}) is used by ${sharedWith.join(', ')} too: the host knows one Reply URL, so replies to all of them go out as one account.`,
          ),
      mapKeyLine(mapKey, found),
      replyUrlLine(found, account, plugin),
    ];
  } catch (error) {
    return [signIn, failed(what, wordsOf(error))];
  }
}

function mapKeyLine(configured: string, { mapKey }: OpenChannelAccount): CheckLine {
  const what = 'Map Key';
  if (mapKey === '' && configured === '')
    return failed(what, 'The Open Channel account has none: choose one on the host, for example twitter.');
  if (configured !== '' && mapKey !== '' && configured !== mapKey)
    return failed(
      what,
      `Here it is "${configured}", on the host "${mapKey}": customers would not be found. Leave it empty here.`,
    );
  return ok(what, `Customers are found by the contact field "${configured || mapKey}".`);
}

function replyUrlLine({ replyUrl }: OpenChannelAccount, { name }: Account, plugin: RunningPlugin): CheckLine {
  const what = 'Reply URL';
  if (replyUrl === '')
    return failed(what, 'The Open Channel account has none, so agents cannot answer: copy it from Accounts.');
  const answers = accountAnswering(replyUrl, plugin);
  if (answers === undefined)
    return failed(
      what,
      'The one on the host is not of this plugin, or its token is old: copy it from Accounts.',
    );
  if (answers !== name)
    return failed(
      what,
      `The one on the host answers as "${answers}", not as "${name}": copy the address of this account.`,
    );
  return ok(what, 'The host calls this plugin with the right token, for this account.');
}

async function checkX(account: Account): Promise<CheckLine[]> {
  const { client } = account;
  const keys = await line('X keys', async () => {
    const user = await ownUser(client);
    return user ? `X knows the account as @${user.username ?? user.id}.` : 'X accepts the keys.';
  });
  if (keys.state === 'failed') return [keys];
  const permission = await line('X permissions', async () => {
    await readOneMessage(client);
    return 'The app may read Direct Messages.';
  });
  if (permission.state === 'failed')
    permission.words += ' Give the app "Read and write and Direct message", then connect the account again.';
  return [keys, permission, ...refusedSignIns(account), ...(await checkOAuth2(account))];
}

/** X charges for the one message. */
async function readOneMessage(client: XClient): Promise<void> {
  const path = '/2/dm_events';
  await client.call({ method: 'GET', path, query: { max_results: '1' }, window: `GET ${path}` });
}

function refusedSignIns(account: Account): CheckLine[] {
  const { signIn } = account.health();
  return userSignIns.flatMap((kind) =>
    signIn[kind]?.state === 'refused'
      ? [failed(`Sign-in with ${signInNames[kind]}`, sentence(signIn[kind].reason ?? 'X refuses it'))]
      : [],
  );
}

async function checkOAuth2({ oauth2, settings }: Account): Promise<CheckLine[]> {
  const what = 'OAuth 2.0';
  if (!oauth2) return [];
  if (!(await oauth2.isConnected()) && settings.accessToken !== '')
    return [warning(what, 'A Client ID is entered, but the account is not connected with it.')];
  if (!(await oauth2.isConnected()))
    return [
      failed(what, 'The account is not connected yet: open Accounts, Edit, and press “Connect with X”.'),
    ];
  const alive = await line(what, async () => {
    await oauth2.accessToken();
    return 'X accepts the OAuth 2.0 sign-in.';
  });
  const missing = missingScopes(oauth2);
  if (alive.state === 'failed' || missing.length === 0) return [alive];
  const words = `These rights were not granted: ${missing.join(', ')}. Allow them for the app in the X developer portal, then connect again.`;
  return [alive, failed('OAuth 2.0 rights', words)];
}

async function checkWebhook({ account, plugin }: Checked): Promise<CheckLine[]> {
  const { settings, delivery } = account;
  if (deliveryKind(delivery).webhook !== 'own') return [];
  const [reach, signature] = ['Webhook address', 'Webhook signature'];
  if (settings.webhookUrl === '')
    return [warning(reach, 'None is set, so registering the webhook with X is left to you.')];
  const { webhookUrl } = addressesOf(account.name, plugin);
  if (!sameOrigin(webhookUrl, plugin.live().config.host.baseUrl))
    return [
      warning(reach, 'It does not lie at the host\'s address, so only X can test it: see "Events from X".'),
    ];
  const test = await testWebhook(webhookUrl, settings.consumerSecret);
  return [
    test.challenge === undefined
      ? ok(reach, "It answers X's challenge.")
      : failed(reach, sentence(test.challenge)),
    test.signature === undefined
      ? ok(signature, 'Signed events arrive unchanged.')
      : failed(signature, sentence(test.signature)),
  ];
}

function checkDelivery({ supply, settings, delivery }: Account, xAnswers: boolean): CheckLine {
  const what = 'Events from X';
  const { state, reason } = supply.state();
  if (!settings.active) return warning(what, 'The account is switched off.');
  if (!xAnswers) return warning(what, 'Not checked, because X did not pass the tests above.');
  const isPushed = deliveryKind(delivery).webhook === 'own';
  if (isPushed && settings.webhookUrl === '')
    return warning(what, 'This cannot be checked from here, since registering the webhook is left to you.');
  if (state === 'ok') return ok(what, 'Everything is set up with X.');
  if (state === 'starting') return warning(what, 'It is being set up right now: check again in a minute.');
  return failed(what, reason ?? 'X does not deliver.');
}

function checkChat({ account: { name, chat }, plugin }: Checked): CheckLine[] {
  const what = 'Encrypted chat';
  const { state, reason } = chat.standing();
  const wasWritten = plugin.store.facts.read(name, encryptedFact) !== undefined;
  if (state === 'off') return [];
  if (state === 'no-keys' && !wasWritten)
    return [ok(what, 'It has no keys yet, and nobody has written encrypted so far.')];
  if (state === 'ok')
    return [
      reason === undefined
        ? ok(what, 'Encrypted messages are read and answered.')
        : warning(what, sentence(reason)),
    ];
  return [failed(what, sentence(reason ?? 'it is being set up right now'))];
}

function checkLog({ logs, live }: RunningPlugin): CheckLine {
  const what = 'Log folder';
  const { dir: used } = logs;
  const { dir: wanted } = live().config.log;
  if (wanted === used) return ok(what, used);
  return warning(
    what,
    `${wanted} cannot be written; the logs are in ${used}. Make it writable for the plugin's user.`,
  );
}

async function line(what: string, test: () => Promise<string>): Promise<CheckLine> {
  try {
    return ok(what, await test());
  } catch (error) {
    return failed(what, wordsOf(error));
  }
}

const ok = (what: string, words: string): CheckLine => ({ what, state: 'ok', words });
const warning = (what: string, words: string): CheckLine => ({ what, state: 'warning', words });
const failed = (what: string, words: string): CheckLine => ({ what, state: 'failed', words });

function wordsOf(error: unknown): string {
  if (!(error instanceof BridgeError)) throw error;
  return sentence(reasonOf(error));
}

const sentence = (words: string) =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith('.') ? '' : '.'}`;

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
