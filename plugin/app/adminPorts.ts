import type { AccountParts } from '../accounts/accountParts';
import { deliveryOf } from '../accounts/accountReceiving';
import { checkAccount, checkSignIn, type CheckPorts } from '../admin/check';
import type { PinWay } from '../admin/connect';
import { Passwords } from '../admin/passwords';
import { changedMeanwhile } from '../admin/handlers';
import { createReport } from '../admin/report';
import { revisionOf } from '../admin/settings';
import type { AdminPorts } from '../admin/ports';
import { encryptedFact } from '../core/inbound/ingestEncrypted';
import { BridgeError, reasonOf } from '../core/errors';
import { forget } from '../core/forget';
import type { Clock } from '../core/clock';
import { RemoteClock } from '../core/remoteClock';
import type { Counters, MessageStore } from '../core/ports';
import { sameSecret } from '../core/sameSecret';
import type { ConfigFile } from '../settings/configFile';
import { ConfigError } from '../settings/load';
import { userIdOfToken, type Config } from '../settings/schema';
import { provideSecrets, type Secrets } from '../settings/secrets';
import { HostClient } from '../motion/client';
import { hostUser, openChannelAccounts } from '../motion/directory';
import type { AccountRegistry } from '../accounts/accountRegistry';
import type { OpenLog } from '../log/logger';
import type { InboundMessage } from '../core/messages';
import { recall } from '../core/outbound/recall';
import { chatKeysPorts } from '../accounts/chatKeysPort';
import type { PinStart } from '../panel/api';
import { panelOverview } from '../accounts/panelOverview';
import { missingScopes, oauth2Ports } from '../accounts/oauth2Port';
import { authorizeUrl, exchangePin, requestPinToken } from '../x/api/pinSignIn';
import { callbackUrl } from '../x/delivery/callbackUrl';
import { signInNames, userSignIns } from '../x/api/signInKinds';
import { ownUser } from '../x/api/users';
import { testWebhook } from '../x/delivery/webhookSelfTest';

export interface AdminSources {
  version: string;
  file: ConfigFile;
  /** Tells whoever starts the program what no log may hold. */
  print?: (line: string) => void;
  store: MessageStore;
  logs: OpenLog;
  clock: Clock;
  counters: Counters;
  accounts: AccountRegistry;
  live: () => { config: Config; secrets: Secrets; port: number };
  /** Puts a notice for the agent on its way to the host. */
  tellAgent: (notice: InboundMessage) => Promise<void>;
  /** What waited for a sign-in is tried again. */
  takeUp: () => void;
  /** Goes on with another configuration. @returns the accounts that are new, changed or gone */
  apply: (config: Config, secrets: Secrets) => Promise<string[]>;
  workers: Record<
    'in' | 'out',
    { wake(lane: string): void; setAside(seq: number, reason: string): boolean | Promise<boolean> }
  >;
}

/** The running plugin as the panel's server side sees it. */
export function createAdminPorts(sources: AdminSources): AdminPorts {
  const { version, file, store, logs, clock, live, workers } = sources;
  const config = () => live().config;
  const client = (sign?: { username: string; password: string }) => hostClient(config(), sources, sign);
  return {
    version,
    clock,
    log: logs.log,
    file,
    history: store.history,
    config,
    port: () => live().port,
    logFile: () => logs.file,
    wake: (direction, lane) => workers[direction].wake(lane),
    setAside: async ({ direction, seq }, reason) => workers[direction].setAside(seq, reason),
    recall: (seq, user) =>
      recall(seq, `${user} in the panel`, (name) => partsOf(name, sources).bridge, {
        ...store,
        ...sources,
        log: logs.log,
      }),
    passwords: passwordsOf(sources),
    overview: () => panelOverview(sources),
    save: savesInTurn(sources),
    hostUser: (username, password) => knownUser(client({ username, password })),
    checkHost: () => checkSignIn(async () => hostUser(client())),
    openChannelAccounts: () => openChannelAccounts(client()),
    addresses: (name) => addressesOf(name, sources),
    startPin: (start) => startPin(start, config()),
    ...oauth2Ports((name) => partsOf(name, sources), sources),
    forget: (person, user) =>
      forget(person, `${user} in the panel`, { keeping: store.keeping, log: logs.log }),
    report: (query) => createReport(query, { ...store, accounts: config().accounts.map(({ name }) => name) }),
    chatKeys: chatKeysPorts((name) => partsOf(name, sources), sources),
    check: (name) => checkAccount(checkPorts(partsOf(name, sources), sources)),
  };
}

function passwordsOf({ logs, live, print }: AdminSources): Passwords {
  return new Passwords({
    dataDir: live().config.dataDir,
    configured: () => live().config.admin.password,
    generated: () => live().secrets.adminPassword,
    onUnclaimed: (code, path) => {
      logs.log.warn(
        'nobody has claimed the panel yet: open it and enter the set-up code, which is in a file',
        {
          file: path,
        },
      );
      print?.(`Set-up code of the panel, until somebody has claimed it: ${code}\n`);
    },
  });
}

/** One save at a time: two must not begin the same accounts anew side by side. */
function savesInTurn({ file, live, apply, logs, accounts }: AdminSources): AdminPorts['save'] {
  let last: Promise<unknown> = Promise.resolve();
  const save = async (raw: Record<string, unknown>, revision?: string) => {
    if (revision !== undefined && revision !== revisionOf(file)) throw changedMeanwhile();
    const former = live();
    const before = { config: former.config, secrets: former.secrets };
    const config = file.check(raw);
    const changed = await apply(config, provideSecrets(config));
    try {
      file.save(raw);
    } catch (error) {
      await apply(before.config, before.secrets);
      const why = `${file.path}: cannot be written (${reasonOf(error)}); nothing was changed`;
      logs.log.error('panel: the settings could not be written', { reason: reasonOf(error) });
      throw new ConfigError([why]);
    }
    accounts.revokeUnused();
    return changed;
  };
  return (raw, revision) => {
    const mine = last.then(() => save(raw, revision));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** A client of its own: what it hears of the sign-in is told to the admin, not to the accounts. */
function hostClient(
  { host }: Config,
  { counters, clock }: Pick<AdminSources, 'counters' | 'clock'>,
  sign?: { username: string; password: string },
): HostClient {
  if (host.baseUrl === '')
    throw new BridgeError('bad-request', 'Enter the address of the host and its sign-in first, and save.');
  const signIn = sign ? { ...sign, apiKey: '' } : {};
  return new HostClient({
    ...host,
    ...signIn,
    counters,
    clock: new RemoteClock(clock),
    onSignIn: () => {},
  });
}

async function knownUser(client: HostClient): Promise<{ name?: string; role?: string } | undefined> {
  try {
    return await hostUser(client);
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'signed-out-of-host') return undefined;
    throw error;
  }
}

function partsOf(name: string, { accounts }: AdminSources): AccountParts {
  const parts = accounts.all().find(({ settings }) => settings.name === name);
  if (parts) return parts;
  throw new BridgeError('unknown-account', `There is no account "${name.slice(0, 64)}": save it first.`);
}

/** The host calls us on the machine both run on; X comes through the host. */
function addressesOf(name: string, sources: AdminSources): { replyUrl: string; webhookUrl: string } {
  const { config, secrets, port } = sources.live();
  const { settings } = partsOf(name, sources);
  const through = URL.canParse(config.host.baseUrl) ? new URL(config.host.baseUrl).origin : '';
  const usual = `${through}/api/plugins/webhook?port=${port}&encoding=binary&path=/api/messages`;
  const pathSecret = settings.webhookCheck === 'secret-path' ? secrets.webhookPaths[name] : undefined;
  return {
    replyUrl: `http://127.0.0.1:${port}/api/reply/${name}?token=${encodeURIComponent(secrets.replyToken)}`,
    webhookUrl: callbackUrl(settings.webhookUrl || usual, name, pathSecret),
  };
}

async function startPin(start: PinStart, { x, accounts }: Config): Promise<PinWay> {
  const saved = accounts.find(({ name }) => name === start.account);
  const app = {
    consumerKey: start.consumerKey || (saved?.consumerKey ?? ''),
    consumerSecret: start.consumerSecret || (saved?.consumerSecret ?? ''),
    signatureMethod: start.signatureMethod === 'HMAC-SHA256' ? 'HMAC-SHA256' : 'HMAC-SHA1',
  } as const;
  if (app.consumerKey === '' || app.consumerSecret === '')
    throw new BridgeError('bad-request', 'Enter the API key and the API key secret first.');
  const request = await requestPinToken(x.apiBaseUrl, app);
  return {
    authorizeUrl: authorizeUrl(x.apiBaseUrl, request),
    finish: async (pin) => {
      const { token, secret, userId, handle } = await exchangePin(x.apiBaseUrl, app, request, pin);
      const taken = accounts.find(
        (each) => each.name !== start.account && userIdOfToken(each.accessToken) === userId,
      );
      if (taken)
        throw new BridgeError(
          'bad-request',
          `You are signed in on X as @${handle}, which is the account "${taken.name}" already. Sign in there as another user, and open X for a PIN again.`,
        );
      return { userId, handle, keys: { accessToken: token, accessTokenSecret: secret } };
    },
  };
}

function checkPorts(parts: AccountParts, sources: AdminSources): CheckPorts {
  const { settings, client, oauth2, supply, chat } = parts;
  const { config, secrets } = sources.live();
  const host = () => hostClient(config, sources);
  const { webhookUrl } = addressesOf(settings.name, sources);
  return {
    settings,
    pushed: !['poll', 'activity-stream', 'api'].includes(deliveryOf(settings)),
    hostUser: async () => hostUser(host()),
    openChannelAccounts: async () => openChannelAccounts(host()),
    xUser: () => ownUser(client),
    readMessages: async () => {
      const path = '/2/dm_events';
      await client.call({ method: 'GET', path, query: { max_results: '1' }, window: `GET ${path}` });
    },
    testWebhook: async () =>
      sameOrigin(webhookUrl, config.host.baseUrl)
        ? testWebhook(webhookUrl, settings.consumerSecret)
        : undefined,
    refusedSignIns: () => {
      const { signIn } = parts.health();
      return userSignIns.flatMap((kind) =>
        signIn[kind]?.state === 'refused'
          ? [{ name: signInNames[kind], reason: signIn[kind].reason ?? 'X refuses it' }]
          : [],
      );
    },
    oauth2: oauth2 && {
      isConnected: () => oauth2.isConnected(),
      accessToken: () => oauth2.accessToken(),
      missingScopes: () => missingScopes(oauth2),
    },
    supply: () => supply.state(),
    chat: () => ({
      ...chat.standing(),
      wasWritten: sources.store.facts.read(settings.name, encryptedFact) !== undefined,
    }),
    log: { wanted: config.log.dir, used: sources.logs.dir },
    replyUrlAnswers: (url) => accountAnswering(url, config, secrets),
    sharedWith: config.accounts
      .filter(
        ({ name, active, openChannelAccountId }) =>
          active && name !== settings.name && openChannelAccountId === settings.openChannelAccountId,
      )
      .map(({ name }) => name),
  };
}

/** The account that a Reply URL is for; undefined where its token is not the one, or there is no such account. */
function accountAnswering(url: string, { accounts }: Config, { replyToken }: Secrets): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { pathname, searchParams } = new URL(url);
  if (!sameSecret(searchParams.get('token') ?? '', replyToken)) return undefined;
  const named = /\/api\/reply\/([^/]+)\/?$/.exec(pathname)?.[1];
  return accounts.find(({ name, active }) => (named === undefined ? active : name === named))?.name;
}

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}
