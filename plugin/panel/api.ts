import type { z } from 'zod';
import type { ListedOutcome, MessageOutcome } from '../core/messageState';
import type { ConversationRow, FoundPerson, Person } from '../core/people';
import type { backup, carrier, inputs, messageRef, settings } from './inputs';

/** What each call answers. */
export interface Answers {
  hello: Hello;
  claim: SignedIn;
  signIn: SignedIn;
  signOut: Empty;
  changePassword: Empty;
  overview: Overview;
  settings: SettingsView;
  save: Saved;
  /** Without the Reply URLs, which carry secrets. */
  hostAccounts: { accounts: Omit<OpenChannelAccount, 'replyUrl'>[] };
  addresses: { replyUrl: string; webhookUrl: string };
  startPin: { id: string; authorizeUrl: string };
  finishPin: XIdentity;
  oauth2: OAuth2View;
  startOAuth2: { id: string; authorizeUrl: string };
  oauth2Progress: OAuth2Progress;
  finishOAuth2: XIdentity;
  /** `toldX`: false when the tokens could not be read, so that X goes on taking them. */
  disconnectOAuth2: { toldX: boolean };
  setUp: SetUpState;
  /** `occupiedBy`: the host of a Reply URL that belongs to somebody else, and was not replaced. */
  enterReplyUrl: { line: CheckLine } | { occupiedBy: string };
  checkHost: { line: CheckLine };
  check: { lines: CheckLine[] };
  /** The number of changes so far; absent where this process does not hear of all of them. */
  changes: { count?: number };
  activity: ActivityPage;
  people: { people: Person[]; more: boolean };
  conversation: { messages: ConversationMessage[] };
  retry: Empty;
  tryNow: Empty;
  setAside: Empty;
  recall: Empty;
  findPerson: FoundPerson;
  forget: { messages: number; answers: number };
  /** What it said, after how many milliseconds. */
  testBot: { texts: string[]; handOver: boolean; ms: number };
  report: { report: Report; csv: string };
  log: { lines: LogLine[] };
  exportSettings: { name: string; content: string };
  previewImport: { changes: Change[] };
  importSettings: Saved;
  chatKeys: ChatKeys;
  /** `trouble` says why X keeps no backup, where one was asked for and the keys are there. */
  createChatKeys: { trouble?: string };
  backUpChatKeys: Empty;
  recoverChatKeys: Empty;
  importChatKeys: Empty;
  exportChatKeys: { name: string; content: string };
}

/** What is wrong with one setting. */
export interface Fault {
  /** Such as `accounts.0.bot.url`; empty where it is about no setting. */
  path: string;
  /** The setting's name in the panel, where it has one. */
  label?: string;
  message: string;
}

export type Method = keyof Answers;
export type Input<M extends Method> = z.infer<(typeof inputs)[M]>;
export type Answer<M extends Method> = Answers[M];
export type Empty = Record<string, never>;

/** How a session travels: as a cookie where the way lets it pass, else in the body of each call. */
export type Carrier = z.infer<typeof carrier>;

export interface Hello {
  version: string;
  /** Whether somebody has chosen a password; until then the set-up code counts. */
  claimed: boolean;
  /** Whether the host's admin users may sign in. */
  hostUsers: boolean;
  /** Whether the cookie of an earlier hello came back. */
  cookiePasses: boolean;
  /** Set while signed in. */
  session?: { user: string; csrf: string };
}

export type Credentials = Input<'signIn'>;

export interface SignedIn {
  user: string;
  csrf: string;
  device: string;
  /** Only where the session travels in the body. */
  token?: string;
}

export type Settings = z.infer<typeof settings>;
export type AccountSettings = Settings['accounts'][number];

/** A part of a form, as the settings describe it. */
export interface FormGroup {
  id: string;
  page: 'settings' | 'account' | 'automation';
  heading: string;
  text?: string;
  fields: FormField[];
}

/** A setting as a form asks for it. */
export interface FormField {
  /** Such as `chat.active`; within the account, for an account's settings. */
  path: string;
  label: string;
  hint?: string;
  control:
    | 'text'
    | 'number'
    | 'switch'
    | 'choice'
    | 'list'
    | 'secret'
    | 'notice'
    | 'days'
    | 'hours'
    | 'dates'
    | 'timeZone'
    | 'language';
  /** Few ask for it. */
  rare?: true;
  /** The values to choose from, with their names. */
  options?: Record<string, string>;
  /** It is asked for only while another setting has one of these values. */
  onlyWhen?: { setting: string; is: string[] };
}

export interface SettingsView {
  settings: Settings;
  /** The parts of every form, with the fields of each. */
  form: FormGroup[];
  /** A new account as its form begins. */
  newAccount: AccountSettings;
  /** Where X is to send the browser after a sign-in. */
  oauth2CallbackUrl: string;
  /** The webhook's usual address; empty while Motion's is not known. */
  webhookUrl: string;
  /** Secrets that are set, as `path.to.key`, accounts by name: `accounts.support.consumerKey`. */
  secretsSet: string[];
  /** Keys that the environment sets, as `path.to.key`. */
  overridden: string[];
  /** The file, and the folder of the data, for the admin to know. */
  file: string;
  dataDir: string;
  /** The plugin's own port, for addresses through the host. */
  port: number;
}

export interface Saved {
  /** The accounts that were restarted. */
  changed: string[];
  port: number;
  /** Of the settings as they are now. */
  revision: string;
}

export interface OpenChannelAccount {
  id: number;
  name: string;
  mapKey: string;
  replyUrl: string;
}

export type PinStart = Input<'startPin'>;

export interface OAuth2View {
  /** Where X is to send the browser, for the app's settings at X: through the host, letter for letter. */
  callbackUrl: string;
  /** `ended`: X takes the sign-in no longer; `locked`: it is encrypted with another `DATA_KEY`. */
  state: 'connected' | 'not-connected' | 'ended' | 'locked';
  /** Rights that were not granted, where X has said which were. */
  missingScopes: string[];
}

export type OAuth2Progress =
  { state: 'waiting' } | ({ state: 'connected' } & XIdentity) | { state: 'failed'; message: string };

export interface XIdentity {
  userId: string;
  handle: string;
}

export interface CheckLine {
  what: string;
  /** `unknown`: it could not be checked, since something else failed. */
  state: 'ok' | 'warning' | 'failed' | 'unknown';
  /** What was found, and what to do. */
  words: string;
}

/** How far the set-up is; what is absent cannot be told yet. */
export interface SetUpState {
  /** The sign-in to Motion. */
  motion?: CheckLine;
  hasKeys?: boolean;
  isConnected?: boolean;
  handle?: string;
  /** The Open Channel account, its Map Key and its Reply URL. */
  channel?: CheckLine[];
  /** Whether X delivers, once the account is switched on. */
  delivery?: CheckLine;
  /** When the last message came that Motion has, and the last reply that X has, in ms since 1970. */
  lastInAt?: number;
  lastOutAt?: number;
}

export interface Overview {
  version: string;
  status: string;
  storeTrouble?: string;
  accounts: AccountState[];
  /** The machines that share the work; absent where there is only one. */
  machines?: Machine[];
  logDir: string;
}

export interface Machine {
  name: string;
  version: string;
  /** ISO 8601. */
  lastSeenAt: string;
  accounts: string[];
  /** It sees to the panel, and to what is done once for all. */
  isLeader: boolean;
}

export interface AccountState {
  name: string;
  active: boolean;
  /** `starting`: X has not confirmed the keys yet. */
  state: 'starting' | 'ok' | 'waiting' | 'trouble' | 'off';
  /** What is wrong and what to do, one sentence each; what only waits is in `waits`. */
  reasons: string[];
  delivery: string;
  /** The account's own user: its handle, or its id while the handle is not known. */
  user?: string;
  waitingIn: number;
  waitingOut: number;
  failedIn: number;
  /** Kept from the agents by the account's filters. */
  filtered: number;
  failedOut: number;
  /** The last 24 hours, the oldest first. */
  hours: { at: number; in: number; out: number }[];
  windows: { call: string; left: number; limit?: number; resetAt: number }[];
  /** Estimated from X's price list, in US dollars, by day (`2026-11-21`), the newest first. */
  costs: { day: string; dollars: number; items: { what: string; count: number }[] }[];
  month: MonthOfCosts;
  /** When the last message came, and the last reply went out, in ms since 1970. */
  lastInAt?: number;
  lastOutAt?: number;
  waits: Waits[];
  /** It does not mend itself: somebody has to look after it. */
  needsPerson: boolean;
}

/** In US dollars; days and months in UTC, as X bills them. */
export interface MonthOfCosts {
  today: number;
  month: number;
  forecast: number;
}

/** Messages that wait in one direction. Times in ms since 1970. */
export interface Waits {
  direction: 'in' | 'out';
  count: number;
  since?: number;
  reason?: string;
  nextTryAt?: number;
}

export type ActivityQuery = Input<'activity'>;

export interface ActivityPage {
  messages: ActivityMessage[];
  more: boolean;
}

export interface ActivityMessage extends MessageRef {
  account: string;
  who: string;
  at: number;
  state: ListedOutcome;
  attempts: number;
  dueAt?: number;
  reason?: string;
  /** Its words are kept no longer, so that it cannot be tried again. */
  erased: boolean;
  /** It can be taken back on X. */
  recallable: boolean;
  /** The beginning of the words, only where the log may hold them too. */
  words?: string;
}

/** Somebody who wrote, or was written to. */
export type { Person };

/** What was written with a customer; its words only where the log may hold them too. */
export interface ConversationMessage extends Omit<ConversationRow, 'words' | 'dueAt'> {
  words?: string;
  dueAt?: number;
}

export type MessageRef = z.infer<typeof messageRef>;

export type LogQuery = Input<'log'>;

export interface LogLine {
  at: string;
  level: string;
  event: string;
  fields: string;
}

/** An account's keys for encrypted X Chat; never the keys themselves. */
export interface ChatKeys {
  state: 'off' | 'starting' | 'no-keys' | 'locked' | 'stale' | 'ok';
  /** What is wrong and what to do. */
  reason?: string;
  keys?: {
    fingerprint: string;
    version?: string;
    origin: 'created' | 'recovered' | 'imported';
    savedAt: string;
    /** Whether the file on the disk is encrypted. */
    encrypted: boolean;
  };
  /** Whether keys that are saved now are encrypted on the disk. */
  isProtected: boolean;
  /** The last encrypted message that came. */
  lastMessageAt?: string;
  /** What X has for the account, or why it cannot be asked. */
  onX: { versions: string[]; backup: boolean } | { trouble: string };
}

export type ReportQuery = Input<'report'>;

/** What happened in a time, account by account, hour by hour. */
export interface Report {
  from: string;
  to: string;
  accounts: ReportAccount[];
}

export interface ReportAccount {
  account: string;
  /** Only hours in which something happened, the oldest first. */
  hours: ReportHour[];
  costs: { day: string; dollars: number; items: { what: string; count: number }[] }[];
  totals: Omit<ReportHour, 'hour'> & { dollars: number };
}

export interface ReportHour {
  /** Its beginning, ISO 8601 in UTC. */
  hour: string;
  /** From customers. */
  in: Counts;
  /** From agents. */
  out: Counts;
  /** From the plugin itself. */
  automatic: Counts;
  /** From a customer's first unanswered message to an agent's answer; by the hour of the message. */
  firstResponse: Duration;
  /** Answers that waited for a rate limit window of X; by the hour they were written in. */
  waitedForWindow: Duration;
}

/** `filtered` and `bot` (answered by the bot) are only from customers. */
export type Counts = Record<MessageOutcome, number>;

export interface Duration {
  count: number;
  /** Absent where there is none. */
  medianSeconds?: number;
  longestSeconds?: number;
}

export type Import = z.infer<typeof backup>;

export interface Change {
  path: string;
  from: string;
  to: string;
}
