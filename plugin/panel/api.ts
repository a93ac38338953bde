/**
 * The panel's API, for both sides. Every call is a `POST /api/admin/<name>` with `{input, token?, csrf?, confirm?}` as
 * JSON; the answer is the named type, or `{error: {code, message, faults?: Fault[]}}`. `confirm` is the password of whoever is signed
 * in: a call that needs it once more is refused without it, with the code `password-needed`. Nothing but GET and POST and the
 * body is sure to get through the host's proxy, so nothing else is counted on.
 */
export interface AdminApi {
  hello: { input: Empty; answer: Hello };
  claim: { input: { code: string; password: string; carrier: Carrier }; answer: SignedIn };
  signIn: { input: Credentials; answer: SignedIn };
  signOut: { input: Empty; answer: Empty };
  changePassword: { input: { current: string; next: string }; answer: Empty };
  overview: { input: Empty; answer: Overview };
  settings: { input: Empty; answer: SettingsView };
  save: { input: { settings: Settings }; answer: Saved };
  hostAccounts: { input: Empty; answer: { accounts: OpenChannelAccount[] } };
  addresses: { input: { account: string }; answer: { replyUrl: string; webhookUrl: string } };
  startPin: { input: PinStart; answer: { id: string; authorizeUrl: string } };
  finishPin: { input: { id: string; pin: string }; answer: XIdentity };
  /** How a saved account stands with OAuth 2.0. */
  oauth2: { input: { account: string }; answer: OAuth2View };
  /** Begins a sign-in of a saved account; at its end X sends the browser to `redirectUri`. */
  startOAuth2: {
    input: { account: string; redirectUri: string };
    answer: { id: string; authorizeUrl: string };
  };
  /** Asked again and again while the browser is at X. */
  oauth2Progress: { input: { id: string }; answer: OAuth2Progress };
  /** For where X's answer does not reach the plugin: takes the address the browser ended at. */
  finishOAuth2: { input: { id: string; address: string }; answer: XIdentity };
  /** `toldX`: false when the tokens could not be read, so that X goes on taking them. */
  disconnectOAuth2: { input: { account: string }; answer: { toldX: boolean } };
  /** Tries the saved sign-in to the host. */
  checkHost: { input: Empty; answer: { line: CheckLine } };
  check: { input: { account: string }; answer: { lines: CheckLine[] } };
  activity: { input: ActivityQuery; answer: ActivityPage };
  retry: { input: MessageRef; answer: Empty };
  setAside: { input: MessageRef; answer: Empty };
  /** Takes an encrypted reply back on X, for everybody. */
  recall: { input: { seq: number }; answer: Empty };
  forget: { input: { person: string }; answer: { messages: number; answers: number } };
  report: { input: ReportQuery; answer: { report: Report; csv: string } };
  log: { input: LogQuery; answer: { lines: LogLine[] } };
  exportSettings: { input: { password?: string }; answer: { name: string; content: string } };
  previewImport: { input: Import; answer: { changes: Change[] } };
  importSettings: { input: Import; answer: Saved };
  chatKeys: { input: { account: string }; answer: ChatKeys };
  /** With a PIN they are backed up on X as well; `trouble` says why that failed, while the keys are there. */
  createChatKeys: {
    input: { account: string; replace: boolean; pin?: string };
    answer: { trouble?: string };
  };
  /** Puts the keys in use into X's backup, behind a PIN. */
  backUpChatKeys: { input: { account: string; pin: string }; answer: Empty };
  recoverChatKeys: { input: { account: string; pin: string }; answer: Empty };
  importChatKeys: { input: { account: string; content: string; password: string }; answer: Empty };
  exportChatKeys: { input: { account: string; password: string }; answer: { name: string; content: string } };
}

/** What is wrong with one setting. */
export interface Fault {
  /** Such as `accounts.0.bot.url`; empty where it is about no setting. */
  path: string;
  /** The setting's name in the panel, where it has one. */
  label?: string;
  message: string;
}

export type Method = keyof AdminApi;
export type Input<M extends Method> = AdminApi[M]['input'];
export type Answer<M extends Method> = AdminApi[M]['answer'];
export type Empty = Record<string, never>;

/** How a session travels: as a cookie where the way lets it pass, else in the body of each call. */
export type Carrier = 'cookie' | 'body';

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

export interface Credentials {
  /** A user of the host; empty for the panel's own password. */
  username?: string;
  password: string;
  carrier: Carrier;
  /** What an earlier sign-in of this browser left: strangers' wrong passwords do not slow it down. */
  device?: string;
}

export interface SignedIn {
  user: string;
  csrf: string;
  device: string;
  /** Only where the session travels in the body. */
  token?: string;
}

/**
 * The settings, as the configuration has them. The form describes each; named here are those that the panel works with itself.
 * Secrets are write-only: one that is absent stays as it was.
 */
export type Settings = {
  /** Which version of the settings these began as: what somebody else saved meanwhile is not undone. */
  revision: string;
  port: number;
  bindAddress: string;
  log: Values;
  host: Values & { baseUrl: string };
  reply: Values;
  admin: Values;
  x: Values;
  accounts: AccountSettings[];
};

type Values = Record<string, unknown>;

export interface AccountSettings extends Values {
  name: string;
  active: boolean;
  consumerKey?: string;
  consumerSecret?: string;
  signatureMethod: string;
  oauth2: Values & { clientId: string };
  openChannelAccountId: number;
  webhookUrl: string;
  /** Takes the access token from this finished connection. */
  connection?: string;
}

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
  control: 'text' | 'number' | 'switch' | 'choice' | 'list' | 'secret' | 'notice' | 'days';
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

export interface PinStart {
  account: string;
  /** Of the form; absent: those that are saved. */
  consumerKey?: string;
  consumerSecret?: string;
  signatureMethod: string;
}

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
  state: 'ok' | 'warning' | 'failed';
  /** What was found, and what to do. */
  words: string;
}

export interface Overview {
  version: string;
  status: string;
  storeTrouble?: string;
  accounts: AccountState[];
  logDir: string;
}

export interface AccountState {
  name: string;
  active: boolean;
  /** `starting`: X has not confirmed the keys yet. */
  state: 'starting' | 'ok' | 'waiting' | 'trouble' | 'off';
  /** What is wrong and what to do, one sentence each. */
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
}

export interface ActivityQuery {
  account?: string;
  direction: 'in' | 'out';
  state?: 'waiting' | 'delivered' | 'failed' | 'filtered';
  /** A handle, or part of one. */
  search?: string;
  /** Older than this message. */
  before?: number;
}

export interface ActivityPage {
  messages: ActivityMessage[];
  more: boolean;
}

export interface ActivityMessage extends MessageRef {
  account: string;
  who: string;
  at: number;
  state: 'waiting' | 'delivered' | 'failed' | 'filtered';
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

export interface MessageRef {
  direction: 'in' | 'out';
  seq: number;
}

export interface LogQuery {
  level?: 'error' | 'warn' | 'info' | 'debug';
  account?: string;
}

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

/** Times are `2026-11-21` or ISO 8601; `to` is the first moment that no longer counts, or the last day that does. */
export interface ReportQuery {
  from: string;
  to: string;
}

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
export type Counts = Record<'delivered' | 'waiting' | 'failed' | 'filtered' | 'bot', number>;

export interface Duration {
  count: number;
  /** Absent where there is none. */
  medianSeconds?: number;
  longestSeconds?: number;
}

export interface Import {
  content: string;
  password?: string;
}

export interface Change {
  path: string;
  from: string;
  to: string;
}
