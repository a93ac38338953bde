import { BridgeError } from '../core/errors';
import { findPerson, forget } from '../core/forget';
import type { ChatSetUp } from '../x/chat/chatSetUp';
import type { Answer, Input, Method } from '../panel/api';
import { changesBetween, exportSettings, mergeImport, readBackup } from './backup';
import { readCallbackAddress } from './callbackAddress';
import type { Connections } from './connect';
import { readLogLines } from './logLines';
import { addressesOf } from './addresses';
import { accountOf } from './accountOf';
import { inThePanel, messageHandlers } from './messages';
import { chatKeysView, KeyChangesInProgress } from './chatKeys';
import { checkAccount, checkSignIn } from './check';
import type { MotionDirectory } from './motionDirectory';
import { disconnectOAuth2, oauth2View, startOAuth2 } from './oauth2';
import { overview } from './overview';
import { startPin } from './pinConnect';
import { testBot } from './testBot';
import type { RunningPlugin } from './runningPlugin';
import { SetUp } from './setUp';
import { SettingsSaver } from './settingsSaver';
import { createReport, reportAsCsv } from './report';
import {
  changedMeanwhile,
  holdsSecret,
  mergeSettings,
  needsPassword,
  revisionOf,
  viewSettings,
} from './settings';
import { say } from '../texts/text';

/** The calls that need somebody to be signed in, beside those about signing in and out. */
export type Work = Exclude<Method, 'hello' | 'claim' | 'signIn' | 'signOut' | 'changePassword'>;

/** Whoever makes a call. */
export interface Caller {
  user: string;
  /** Proves once more, by the password, that it is they. @throws BridgeError `password-needed` */
  confirm: () => Promise<void>;
  /** Ends the sessions of everybody else. */
  endOthers: () => Promise<void>;
}

export type Handlers = {
  [M in Work]: (input: Input<M>, caller: Caller) => Answer<M> | Promise<Answer<M>>;
};

/** Proxies end calls that take long. */
const maxWaitForChangeMs = 15_000;

export function createHandlers(
  plugin: RunningPlugin,
  connections: Connections,
  motion: MotionDirectory,
): Handlers {
  const { store, logs, clock } = plugin;
  const { log } = logs;
  const saver = new SettingsSaver(plugin);
  const setUp = new SetUp(plugin, motion);
  return {
    ...oauth2Handlers(plugin, connections),
    ...settingsHandlers(plugin, connections, saver, motion),
    ...messageHandlers(plugin),
    ...backupHandlers(plugin, saver),
    ...chatKeysHandlers(plugin),
    overview: () => overview(plugin),
    // Several processes do not hear of each other's messages, so that pages ask by themselves.
    changes: async ({ since }) =>
      store.cluster.isShared ? {} : { count: await plugin.changes.after(since, maxWaitForChangeMs) },
    hostAccounts: async () => ({
      accounts: (await motion.openChannelAccounts()).map(({ id, name, mapKey }) => ({ id, name, mapKey })),
    }),
    addresses: async ({ account }, { confirm }) => {
      // Both of them may carry a secret.
      await confirm();
      return addressesOf(account, plugin);
    },
    startPin: async (input) => connections.beginPin(await startPin(input, plugin.live().config)),
    finishPin: ({ id, pin }) => connections.finishPin(id, pin),
    findPerson: ({ person }) => findPerson(person, store),
    testBot: ({ account, text }) => testBot(accountOf(plugin, account), text, clock),
    forget: async ({ person }, { user, confirm }) => {
      await confirm();
      return forget(person, String(inThePanel(user)), { eraser: store.eraser, log });
    },
    report: async (query) => {
      const report = await createReport(query, plugin);
      return { report, csv: reportAsCsv(report) };
    },
    setUp: ({ account }) => setUp.state(account),
    enterReplyUrl: async ({ account, replace }, { user, confirm }) => {
      const occupiedBy = await setUp.occupiedBy(account);
      if (occupiedBy !== undefined && !replace) return { occupiedBy };
      await confirm();
      log.info('panel: the Reply URL is entered in XCALLY Motion', { user, account });
      return { line: await setUp.enterReplyUrl(account) };
    },
    checkHost: async () => ({ line: await checkSignIn(motion) }),
    check: async ({ account }) => ({ lines: await checkAccount(accountOf(plugin, account), plugin, motion) }),
    log: (query) => ({ lines: readLogLines(logs.file, query) }),
  };
}

type OAuth2Calls = 'oauth2' | 'startOAuth2' | 'oauth2Progress' | 'finishOAuth2' | 'disconnectOAuth2';

function oauth2Handlers(plugin: RunningPlugin, connections: Connections): Pick<Handlers, OAuth2Calls> {
  const { log } = plugin.logs;
  return {
    oauth2: ({ account }) => oauth2View(account, plugin),
    startOAuth2: async ({ account, redirectUri }, { user, confirm }) => {
      await confirm();
      const started = connections.beginOAuth2(startOAuth2(account, redirectUri, plugin));
      log.info('panel: a sign-in with OAuth 2.0 was begun', { user, account });
      return started;
    },
    oauth2Progress: ({ id }) => connections.progressOf(id),
    finishOAuth2: ({ id, address }) => connections.pasted(id, readCallbackAddress(address)),
    disconnectOAuth2: async ({ account }, { user, confirm }) => {
      await confirm();
      const toldX = await disconnectOAuth2(account, plugin);
      log.info('panel: an account was disconnected from OAuth 2.0', { user, account });
      return { toldX };
    },
  };
}

function settingsHandlers(
  plugin: RunningPlugin,
  connections: Connections,
  saver: SettingsSaver,
  motion: MotionDirectory,
): Pick<Handlers, 'settings' | 'save'> {
  const { file, logs, live } = plugin;
  return {
    settings: () => viewSettings(live().config, file, live().port),
    save: async ({ settings, testMotion }, caller) => {
      const { revision, ...wanted } = settings;
      if (revision !== revisionOf(file)) throw changedMeanwhile();
      const merged = mergeSettings(file.read(), wanted, file.overridden(), (id) => connections.keysOf(id));
      const next = file.check(merged);
      const changes = changesBetween(live().config, next);
      if (changes.some(needsPassword) || holdsSecret(wanted)) await caller.confirm();
      if (testMotion === true) await motion.test(next.host);
      const saved = await saveFor(caller, plugin, () => saver.save(merged, revision));
      logs.log.info('panel: settings saved', {
        user: caller.user,
        changed: changes.map(({ path }) => path).slice(0, 50),
      });
      return saved;
    },
  };
}

/** Saves; with another password of the configuration, everybody else has to sign in again. */
async function saveFor(
  caller: Caller,
  { live, file }: RunningPlugin,
  save: () => Promise<string[]>,
): Promise<Answer<'save'>> {
  const { password } = live().config.admin;
  const changed = await save();
  if (live().config.admin.password !== password) await caller.endOthers();
  return { changed, port: live().port, revision: revisionOf(file) };
}

function backupHandlers(
  plugin: RunningPlugin,
  saver: SettingsSaver,
): Pick<Handlers, 'exportSettings' | 'previewImport' | 'importSettings'> {
  const { file, clock, version, live } = plugin;
  const { log } = plugin.logs;
  const merged = async ({ content, password }: Input<'importSettings'>) =>
    mergeImport(file.read(), await readBackup(content, password), file.overridden());
  return {
    exportSettings: async ({ password }, { user, confirm }) => {
      if (password !== undefined) {
        if (Array.from(password).length < minPasswordLength)
          throw new BridgeError('bad-request', say('admin.shortFilePassword', { min: minPasswordLength }));
        await confirm();
      }
      const content = await exportSettings(file.read(), password, { version, now: clock.now() });
      log.info('panel: settings exported', { user, withSecrets: password !== undefined });
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      const kind = password === undefined ? 'settings-without-keys' : 'backup';
      return { name: `openchannel-x-${kind}-${day}.json`, content };
    },
    previewImport: async (input, { confirm }) => {
      await confirm();
      const next = file.check(await merged(input));
      return { changes: changesBetween(live().config, next) };
    },
    importSettings: async (input, caller) => {
      await caller.confirm();
      const raw = await merged(input);
      const saved = await saveFor(caller, plugin, () => saver.save(raw));
      log.info('panel: settings imported', { user: caller.user, accounts: saved.changed });
      return saved;
    },
  };
}

/** The shortest password for a file that holds private keys. */
const minPasswordLength = 10;

type OfChatKeys =
  'chatKeys' | 'createChatKeys' | 'backUpChatKeys' | 'recoverChatKeys' | 'importChatKeys' | 'exportChatKeys';

function chatKeysHandlers(plugin: RunningPlugin): Pick<Handlers, OfChatKeys> {
  const { store, clock, logs } = plugin;
  const { log } = logs;
  const inProgress = new KeyChangesInProgress();
  const change = <T>(account: string, work: (keys: ChatSetUp) => Promise<T>) => {
    const { chatSetUp } = accountOf(plugin, account);
    return inProgress.run(account, () => work(chatSetUp));
  };
  const note = (what: string, user: string, account: string) =>
    log.warn(`panel: keys for encrypted chat: ${what}`, { user, account });
  return {
    chatKeys: ({ account }) => chatKeysView(accountOf(plugin, account), store),
    createChatKeys: async ({ account, replace, pin }, { user, confirm }) => {
      await confirm();
      note(replace ? 'new ones in the place of those X has' : 'new ones', user, account);
      const trouble = await change(account, (keys) => keys.create(replace, pin));
      return trouble === undefined ? {} : { trouble };
    },
    backUpChatKeys: async ({ account, pin }, { user, confirm }) => {
      await confirm();
      note('backup behind a PIN', user, account);
      await change(account, (keys) => keys.backUp(pin));
      return {};
    },
    recoverChatKeys: async ({ account, pin }, { user, confirm }) => {
      await confirm();
      note('recovery with a PIN', user, account);
      await change(account, (keys) => keys.recover(pin));
      return {};
    },
    importChatKeys: async ({ account, content, password }, { user, confirm }) => {
      await confirm();
      note('import', user, account);
      await change(account, (keys) => keys.import(content, password));
      return {};
    },
    exportChatKeys: async ({ account, password }, { user, confirm }) => {
      await confirm();
      if (password.length < minPasswordLength)
        throw new BridgeError('bad-request', say('keys.shortPassword', { min: minPasswordLength }));
      note('export', user, account);
      const content = await accountOf(plugin, account).chatSetUp.export(password);
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      return { name: `openchannel-x-chat-keys-${account}-${day}.json`, content };
    },
  };
}
