import type { ChatState } from '../core/chat';
import { BridgeError, reasonOf } from '../core/errors';
import type { AccountConfig } from '../settings/schema';
import type { CheckLine, OpenChannelAccount } from '../panel/api';

/** What one account's check asks; each function throws BridgeError. */
export interface CheckPorts {
  settings: AccountConfig;
  /** Whether X calls this account at all. */
  pushed: boolean;
  hostUser(): Promise<{ name?: string; role?: string }>;
  openChannelAccounts(): Promise<OpenChannelAccount[]>;
  xUser(): Promise<{ id: string; username?: string } | undefined>;
  /** Reads one message, as a test of the permission; X charges for one. */
  readMessages(): Promise<void>;
  /** Calls our own webhook through its public address; undefined where it does not lie at the host's address. */
  testWebhook(): Promise<{ challenge: string | undefined; signature: string | undefined } | undefined>;
  /** Those of the account's sign-ins that X has refused, and why. */
  refusedSignIns(): { name: string; reason: string }[];
  /** Undefined where the account has no OAuth 2.0 client. */
  oauth2:
    | { isConnected(): Promise<boolean>; accessToken(): Promise<string>; missingScopes(): string[] }
    | undefined;
  supply: () => { state: string; reason?: string };
  /** `wasWritten`: a customer has written encrypted before. */
  chat: () => { state: ChatState; reason?: string; wasWritten: boolean };
  log: { wanted: string; used: string };
  /** The account that replies to this address go out as; undefined where it is not of this plugin. */
  replyUrlAnswers(replyUrl: string): string | undefined;
  /** Other accounts that hand over to the same Open Channel account. */
  sharedWith: string[];
}

/** Tests everything an account needs, one after the other, and says of each what to do. */
export async function checkAccount(ports: CheckPorts): Promise<CheckLine[]> {
  const host = await checkHost(ports);
  const x = await checkX(ports);
  return [
    ...host,
    ...x,
    ...(await checkWebhook(ports)),
    checkSupply(
      ports,
      x.every(({ state }) => state !== 'failed'),
    ),
    ...checkChat(ports),
    checkLog(ports),
  ];
}

/** Tries the sign-in to the host. */
export function checkSignIn(hostUser: CheckPorts['hostUser']): Promise<CheckLine> {
  return line('Sign-in to the host', async () => {
    const { name, role } = await hostUser();
    return `The host knows the plugin as ${name ?? 'its user'}${role === undefined ? '' : ` (${role})`}.`;
  });
}

async function checkHost(ports: CheckPorts): Promise<CheckLine[]> {
  const signIn = await checkSignIn(() => ports.hostUser());
  if (signIn.state === 'failed') return [signIn];
  const what = 'Open Channel account';
  const { openChannelAccountId: id, mapKey } = ports.settings;
  try {
    const found = (await ports.openChannelAccounts()).find((each) => each.id === id);
    if (!found)
      return [signIn, failed(what, `The host has no Open Channel account ${id}: choose another one.`)];
    return [
      signIn,
      ports.sharedWith.length === 0
        ? ok(what, `"${found.name}" (${id})`)
        : warning(
            what,
            `"${found.name}" (${id}) is used by ${ports.sharedWith.join(', ')} too: the host knows one Reply URL, so replies to all of them go out as one account.`,
          ),
      mapKeyLine(mapKey, found),
      replyUrlLine(found, ports),
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

function replyUrlLine({ replyUrl }: OpenChannelAccount, ports: CheckPorts): CheckLine {
  const what = 'Reply URL';
  if (replyUrl === '')
    return failed(what, 'The Open Channel account has none, so agents cannot answer: copy it from Accounts.');
  const answers = ports.replyUrlAnswers(replyUrl);
  if (answers === undefined)
    return failed(
      what,
      'The one on the host is not of this plugin, or its token is old: copy it from Accounts.',
    );
  if (answers !== ports.settings.name)
    return failed(
      what,
      `The one on the host answers as "${answers}", not as "${ports.settings.name}": copy the address of this account.`,
    );
  return ok(what, 'The host calls this plugin with the right token, for this account.');
}

async function checkX(ports: CheckPorts): Promise<CheckLine[]> {
  const keys = await line('X keys', async () => {
    const user = await ports.xUser();
    return user ? `X knows the account as @${user.username ?? user.id}.` : 'X accepts the keys.';
  });
  if (keys.state === 'failed') return [keys];
  const permission = await line('X permissions', async () => {
    await ports.readMessages();
    return 'The app may read Direct Messages.';
  });
  if (permission.state === 'failed')
    permission.words += ' Give the app "Read and write and Direct message", then connect the account again.';
  const refused = ports
    .refusedSignIns()
    .map(({ name, reason }) => failed(`Sign-in with ${name}`, sentence(reason)));
  return [keys, permission, ...refused, ...(await checkOAuth2(ports))];
}

async function checkOAuth2({ oauth2, settings }: CheckPorts): Promise<CheckLine[]> {
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
  const missing = oauth2.missingScopes();
  if (alive.state === 'failed' || missing.length === 0) return [alive];
  const words = `These rights were not granted: ${missing.join(', ')}. Allow them for the app in the X developer portal, then connect again.`;
  return [alive, failed('OAuth 2.0 rights', words)];
}

async function checkWebhook(ports: CheckPorts): Promise<CheckLine[]> {
  if (!ports.pushed) return [];
  const [reach, signature] = ['Webhook address', 'Webhook signature'];
  if (ports.settings.webhookUrl === '')
    return [warning(reach, 'None is set, so registering the webhook with X is left to you.')];
  const test = await ports.testWebhook();
  if (!test)
    return [
      warning(reach, 'It does not lie at the host\'s address, so only X can test it: see "Events from X".'),
    ];
  return [
    test.challenge === undefined
      ? ok(reach, "It answers X's challenge.")
      : failed(reach, sentence(test.challenge)),
    test.signature === undefined
      ? ok(signature, 'Signed events arrive unchanged.')
      : failed(signature, sentence(test.signature)),
  ];
}

function checkSupply({ supply, settings, pushed }: CheckPorts, xAnswers: boolean): CheckLine {
  const what = 'Events from X';
  const { state, reason } = supply();
  if (!settings.active) return warning(what, 'The account is switched off.');
  if (!xAnswers) return warning(what, 'Not checked, because X did not pass the tests above.');
  if (pushed && settings.webhookUrl === '')
    return warning(what, 'This cannot be checked from here, since registering the webhook is left to you.');
  if (state === 'ok') return ok(what, 'Everything is set up with X.');
  if (state === 'starting') return warning(what, 'It is being set up right now: check again in a minute.');
  return failed(what, reason ?? 'X does not deliver.');
}

function checkChat({ chat }: CheckPorts): CheckLine[] {
  const what = 'Encrypted chat';
  const { state, reason, wasWritten } = chat();
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

function checkLog({ log: { wanted, used } }: CheckPorts): CheckLine {
  const what = 'Log folder';
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
