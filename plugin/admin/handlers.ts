import { BridgeError } from '../core/errors';
import type { HistoryRow } from '../core/ports';
import type { ActivityMessage, Answer, Input, Method } from '../panel/api';
import { changesBetween, exportSettings, mergeImport, readBackup } from './backup';
import { readCallbackAddress } from './callbackAddress';
import type { Connections } from './connect';
import { readLogLines } from './logLines';
import type { AdminPorts } from './ports';
import { reportAsCsv } from './report';
import { holdsSecret, mergeSettings, needsPassword, revisionOf, viewSettings } from './settings';

/** The calls that need somebody to be signed in, beside those of the door. */
export type Work = Exclude<Method, 'hello' | 'claim' | 'signIn' | 'signOut' | 'changePassword'>;

/** Whoever makes a call. */
export interface Caller {
  user: string;
  /** Proves once more, by the password, that it is they. @throws BridgeError `password-needed` */
  confirm: () => Promise<void>;
  /** Ends the sessions of everybody else. */
  endOthers: () => void;
}

export type Handlers = {
  [M in Work]: (input: Input<M>, caller: Caller) => Answer<M> | Promise<Answer<M>>;
};

/** Characters of a message that the list shows. */
const longestWords = 120;

export function createHandlers(ports: AdminPorts, connections: Connections): Handlers {
  return {
    ...oauth2Handlers(ports, connections),
    ...settingsHandlers(ports, connections),
    ...messageHandlers(ports),
    ...backupHandlers(ports),
    ...chatKeysHandlers(ports),
    overview: () => ports.overview(),
    hostAccounts: async () => ({ accounts: await ports.openChannelAccounts() }),
    addresses: async ({ account }, { confirm }) => {
      // Both of them may carry a secret.
      await confirm();
      return ports.addresses(account);
    },
    startPin: async (input) => connections.beginPin(await ports.startPin(input)),
    finishPin: ({ id, pin }) => connections.finishPin(id, pin),
    forget: ({ person }, { user }) => ports.forget(person, user),
    report: async (query) => {
      const report = await ports.report(query);
      return { report, csv: reportAsCsv(report) };
    },
    checkHost: async () => ({ line: await ports.checkHost() }),
    check: async ({ account }) => ({ lines: await ports.check(account) }),
    log: (query) => ({ lines: readLogLines(ports.logFile(), query) }),
  };
}

type OAuth2Calls = 'oauth2' | 'startOAuth2' | 'oauth2Progress' | 'finishOAuth2' | 'disconnectOAuth2';

function oauth2Handlers(ports: AdminPorts, connections: Connections): Pick<Handlers, OAuth2Calls> {
  return {
    oauth2: ({ account }) => ports.oauth2(account),
    startOAuth2: async ({ account, redirectUri }, { user, confirm }) => {
      await confirm();
      const started = connections.beginOAuth2(ports.startOAuth2(account, redirectUri));
      ports.log.info('panel: a sign-in with OAuth 2.0 was begun', { user, account });
      return started;
    },
    oauth2Progress: ({ id }) => connections.progressOf(id),
    finishOAuth2: ({ id, address }) => connections.pasted(id, readCallbackAddress(address)),
    disconnectOAuth2: async ({ account }, { user, confirm }) => {
      await confirm();
      const toldX = await ports.disconnectOAuth2(account);
      ports.log.info('panel: an account was disconnected from OAuth 2.0', { user, account });
      return { toldX };
    },
  };
}

function settingsHandlers(ports: AdminPorts, connections: Connections): Pick<Handlers, 'settings' | 'save'> {
  const { file, log } = ports;
  return {
    settings: () => viewSettings(ports.config(), file, ports.port()),
    save: async ({ settings }, caller) => {
      const { revision, ...wanted } = settings;
      if (revision !== revisionOf(file)) throw changedMeanwhile();
      const merged = mergeSettings(file.read(), wanted, file.overridden(), (id) => connections.keysOf(id));
      const changes = changesBetween(ports.config(), file.check(merged));
      if (changes.some(needsPassword) || holdsSecret(wanted)) await caller.confirm();
      const saved = await saveFor(caller, ports, merged, revision);
      log.info('panel: settings saved', {
        user: caller.user,
        changed: changes.map(({ path }) => path).slice(0, 50),
      });
      return saved;
    },
  };
}

/** Saves; with another password of the configuration, everybody else has to sign in anew. */
async function saveFor(
  caller: Caller,
  ports: AdminPorts,
  raw: Record<string, unknown>,
  revision?: string,
): Promise<Answer<'save'>> {
  const { password } = ports.config().admin;
  const changed = await ports.save(raw, revision);
  if (ports.config().admin.password !== password) caller.endOthers();
  return { changed, port: ports.port(), revision: revisionOf(ports.file) };
}

function messageHandlers(ports: AdminPorts): Pick<Handlers, 'activity' | 'retry' | 'setAside' | 'recall'> {
  const { history, log } = ports;
  return {
    activity: ({ account, direction, state, search, before }) => {
      const { rows, more } = history.page({ account, direction, state, search, before });
      const showWords = ports.config().log.messageText === 'full';
      return { messages: rows.map((row) => shown(row, showWords)), more };
    },
    retry: (message, { user }) => {
      const lane = history.retry(message);
      if (lane === undefined) throw gone();
      log.info('panel: a message is tried again', { user, ...message });
      ports.wake(message.direction, lane);
      return {};
    },
    setAside: async (message, { user }) => {
      if (!(await ports.setAside(message, `set aside by ${user} in the panel`))) throw gone();
      log.warn('panel: a message was set aside', { user, ...message });
      return {};
    },
    recall: async ({ seq }, { user }) => {
      await ports.recall(seq, user);
      return {};
    },
  };
}

function backupHandlers(
  ports: AdminPorts,
): Pick<Handlers, 'exportSettings' | 'previewImport' | 'importSettings'> {
  const { file, log, clock, version } = ports;
  const merged = async ({ content, password }: Input<'importSettings'>) =>
    mergeImport(file.read(), await readBackup(content, password), file.overridden());
  return {
    exportSettings: async ({ password }, { user, confirm }) => {
      if (password !== undefined) {
        if (Array.from(password).length < shortestPassword)
          throw new BridgeError(
            'bad-request',
            `The password of the file must have at least ${shortestPassword} characters.`,
          );
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
      return { changes: changesBetween(ports.config(), next) };
    },
    importSettings: async (input, caller) => {
      await caller.confirm();
      const saved = await saveFor(caller, ports, await merged(input));
      log.info('panel: settings imported', { user: caller.user, accounts: saved.changed });
      return saved;
    },
  };
}

/** The shortest password for a file that holds private keys. */
const shortestPassword = 10;

type OfChatKeys =
  'chatKeys' | 'createChatKeys' | 'backUpChatKeys' | 'recoverChatKeys' | 'importChatKeys' | 'exportChatKeys';

function chatKeysHandlers({ chatKeys, clock, log }: AdminPorts): Pick<Handlers, OfChatKeys> {
  const note = (what: string, user: string, account: string) =>
    log.warn(`panel: keys for encrypted chat: ${what}`, { user, account });
  return {
    chatKeys: ({ account }) => chatKeys(account).view(),
    createChatKeys: async ({ account, replace, pin }, { user, confirm }) => {
      await confirm();
      note(replace ? 'new ones in the place of those X has' : 'new ones', user, account);
      const trouble = await chatKeys(account).create(replace, pin);
      return trouble === undefined ? {} : { trouble };
    },
    backUpChatKeys: async ({ account, pin }, { user, confirm }) => {
      await confirm();
      note('backup behind a PIN', user, account);
      await chatKeys(account).backUp(pin);
      return {};
    },
    recoverChatKeys: async ({ account, pin }, { user, confirm }) => {
      await confirm();
      note('recovery with a PIN', user, account);
      await chatKeys(account).recover(pin);
      return {};
    },
    importChatKeys: async ({ account, content, password }, { user, confirm }) => {
      await confirm();
      note('import', user, account);
      await chatKeys(account).import(content, password);
      return {};
    },
    exportChatKeys: async ({ account, password }, { user, confirm }) => {
      await confirm();
      if (password.length < shortestPassword)
        throw new BridgeError(
          'bad-request',
          `Choose a password of at least ${shortestPassword} characters for the file.`,
        );
      note('export', user, account);
      const content = await chatKeys(account).export(password);
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      return { name: `openchannel-x-chat-keys-${account}-${day}.json`, content };
    },
  };
}

function shown(row: HistoryRow, showWords: boolean): ActivityMessage {
  const { words, reason, dueAt, ...plain } = row;
  const characters = Array.from(words);
  const beginning = characters.slice(0, longestWords).join('');
  return {
    ...plain,
    ...(row.state === 'waiting' && dueAt > 0 ? { dueAt } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(showWords ? { words: characters.length > longestWords ? `${beginning}…` : beginning } : {}),
  };
}

/** Also for whoever writes the file while another save is under way. */
export function changedMeanwhile(): BridgeError {
  return new BridgeError(
    'settings-changed',
    'The settings were changed meanwhile, by somebody else or in another window. Nothing was saved: load this page again, and enter your changes once more.',
  );
}

function gone(): BridgeError {
  return new BridgeError('bad-request', 'This message has moved on meanwhile: look at the list again.');
}
