import { z } from 'zod';
import { listedOutcomes } from '../core/messageState';

/**
 * The panel's API, for both sides. Every call is a `POST /api/admin/<name>` with `{input, token?, csrf?, confirm?, language?}` as
 * JSON; the answer is the named type, or `{error: {code, message, faults?: Fault[]}}`. `confirm` is the password of whoever is signed
 * in: a call that needs it once more is refused without it, with the code `password-needed`. Nothing but GET and POST and the
 * body is sure to get through the host's proxy, so nothing else is counted on.
 */

const text = z.string().max(10_000);
const name = z.string().max(64);
export const carrier = z.enum(['cookie', 'body']);
const pin = z.string().min(1).max(200);
const empty = z.object({});
const time = z.number().int().nonnegative();
export const messageRef = z.object({ direction: z.enum(['in', 'out']), seq: z.number().int().positive() });
export const backup = z.object({ content: z.string().max(1_000_000), password: text.optional() });

type Values = Record<string, unknown>;

/** The mark of the compiler alone: settings are checked as the start checks the file. */
const checkedLater = <T>() => z.unknown() as unknown as z.ZodType<T>;

/** Named here are the settings that the panel works with itself; the form describes each. */
const account = z.looseObject({
  name: z.string(),
  active: checkedLater<boolean>(),
  consumerKey: checkedLater<string>().optional(),
  consumerSecret: checkedLater<string>().optional(),
  signatureMethod: checkedLater<'HMAC-SHA1' | 'HMAC-SHA256'>(),
  oauth2: checkedLater<Values & { clientId: string }>(),
  openChannelAccountId: checkedLater<number>(),
  webhookUrl: checkedLater<string>(),
  /** Takes the access token from this finished connection. */
  connection: z.string().optional(),
});

/**
 * The settings as the panel has them. Secrets are write-only: one that is absent stays as it was. Whatever is not named
 * here, such as `dataDir`, is dropped.
 */
export const settings = z.object({
  /** Which version of the settings these began as: what somebody else saved meanwhile is not undone. */
  revision: z.string(),
  port: checkedLater<number>(),
  bindAddress: checkedLater<string>(),
  log: checkedLater<Values>(),
  host: z.record(z.string(), z.unknown()).and(checkedLater<{ baseUrl: string }>()),
  reply: z.record(z.string(), z.unknown()),
  admin: z.record(z.string(), z.unknown()),
  x: checkedLater<Values>(),
  accounts: z.array(account).max(100),
});

/** What each call is to hold. */
export const inputs = {
  hello: empty,
  claim: z.object({ code: text, password: text, carrier }),
  signIn: z.object({
    /** A user of Motion; empty for the panel's own password. */
    username: text.optional(),
    password: text,
    carrier,
    /** What an earlier sign-in of this browser left: strangers' wrong passwords do not slow it down. */
    device: text.optional(),
  }),
  signOut: empty,
  changePassword: z.object({ current: text, next: text }),
  overview: empty,
  /** `since`: the number that was answered before, beyond which it waits for a change. */
  changes: z.object({ since: z.number().int().optional() }),
  settings: empty,
  /** `testMotion`: saved only where Motion takes the sign-in. */
  save: z.object({ settings, testMotion: z.boolean().optional() }),
  hostAccounts: empty,
  addresses: z.object({ account: name }),
  startPin: z.object({
    account: name,
    /** Of the form; absent: those that are saved. */
    consumerKey: text.optional(),
    consumerSecret: text.optional(),
    signatureMethod: z.enum(['HMAC-SHA1', 'HMAC-SHA256']),
  }),
  finishPin: z.object({ id: name, pin: z.string().max(64) }),
  /** How a saved account stands with OAuth 2.0. */
  oauth2: z.object({ account: name }),
  /** Begins a sign-in of a saved account; at its end X sends the browser to `redirectUri`. */
  startOAuth2: z.object({ account: name, redirectUri: z.url().max(2_000) }),
  /** Asked again and again while the browser is at X. */
  oauth2Progress: z.object({ id: name }),
  /** For where X's answer does not reach the plugin: takes the address the browser ended at. */
  finishOAuth2: z.object({ id: name, address: text }),
  disconnectOAuth2: z.object({ account: name }),
  /** How far the set-up is: without an account, of what belongs to none. */
  setUp: z.object({ account: name.optional() }),
  /** Enters the account's Reply URL in Motion. */
  enterReplyUrl: z.object({ account: name, replace: z.boolean() }),
  /** Tries the saved sign-in to Motion. */
  checkHost: empty,
  check: z.object({ account: name }),
  activity: z.object({
    account: name.optional(),
    direction: z.enum(['in', 'out']),
    state: z.enum(listedOutcomes).optional(),
    /** A handle, or part of one. */
    search: name.optional(),
    /** Older than this message. */
    before: z.number().int().optional(),
  }),
  /** Whom messages came from and went to. Times in ms since 1970; `to` is the first moment that no longer counts. */
  people: z.object({
    account: name.optional(),
    /** Part of a handle, of a name or of what was written; or an X user id. */
    search: z.string().max(200).optional(),
    from: time.optional(),
    to: time.optional(),
  }),
  /** What was written with one person; `since` (ms since 1970) leaves out what is older. */
  conversation: z.object({ account: name, person: name, since: time.optional() }),
  retry: messageRef,
  /** Tries again at once what waits of an account. */
  tryNow: z.object({ account: name }),
  setAside: messageRef,
  /** Takes an encrypted reply back on X, for everybody. */
  recall: z.object({ seq: messageRef.shape.seq }),
  /** Who would be forgotten, by X user id or handle. */
  findPerson: z.object({ person: name }),
  forget: z.object({ person: name }),
  /** Sends a message to the bot of a saved account, as a customer would. */
  testBot: z.object({ account: name, text: z.string().min(1).max(1_000) }),
  /** Times are `2026-11-21` or ISO 8601; `to` is the first moment that no longer counts, or the last day that does. */
  report: z.object({ from: name, to: name }),
  log: z.object({ level: z.enum(['error', 'warn', 'info', 'debug']).optional(), account: name.optional() }),
  exportSettings: z.object({ password: text.optional() }),
  previewImport: backup,
  importSettings: backup,
  chatKeys: z.object({ account: name }),
  /** With a PIN they are backed up on X as well. */
  createChatKeys: z.object({ account: name, replace: z.boolean(), pin: pin.optional() }),
  /** Puts the keys in use into X's backup, behind a PIN. */
  backUpChatKeys: z.object({ account: name, pin }),
  recoverChatKeys: z.object({ account: name, pin }),
  importChatKeys: z.object({ account: name, content: z.string().max(10_000), password: text }),
  exportChatKeys: z.object({ account: name, password: text }),
} satisfies Record<string, z.ZodType>;
