import { z } from 'zod';
import { deliveryKind, deliveryNames, isDelivery } from '../x/delivery';
import { isLoopback, parseUrl } from './addresses';
import { missingKeys } from './missingKeys';
import { bot, card, filters, followUp, greeting, retention, workingHours } from './automation';

/**
 * The one description of `plugin.config.json`: types, defaults and the words an admin reads when a value is
 * wrong. Unknown keys are refused, because a misspelt `"actve": false` would otherwise switch an account on.
 */

const text = (what = 'must be text') => z.string({ error: what });
const flag = (preset: boolean) => z.boolean({ error: 'must be true or false' }).default(preset);

const port = z
  .number({ error: 'must be a port number from 1 to 65535' })
  .int('must be a whole number')
  .min(1, 'must be a port number from 1 to 65535')
  .max(65535, 'must be a port number from 1 to 65535');

/** An address that secrets travel to: https, or http where it never leaves the machine. */
const serviceUrl = text().superRefine((value, context) => {
  const url = parseUrl(value);
  if (!url)
    context.addIssue({ code: 'custom', message: 'must be an address such as https://motion.example.com' });
  else if (url.username || url.password)
    context.addIssue({ code: 'custom', message: 'must not carry a user name or password' });
  else if (url.search || url.hash)
    context.addIssue({ code: 'custom', message: 'must not have a "?" or "#" part' });
});

const xApiUrl = serviceUrl.refine((value) => {
  const url = parseUrl(value);
  return !url || url.protocol === 'https:' || isLoopback(url.hostname);
}, 'must start with https:// (http only for this machine itself)');

const mediaHost = text().regex(
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i,
  'must be a host name such as pbs.twimg.com, or host:port, without https://',
);

const webhookUrl = text().superRefine((value, context) => {
  if (value === '') return;
  const url = parseUrl(value);
  const complain = (message: string) => context.addIssue({ code: 'custom', message });
  if (!url)
    complain('must be the public address X calls, such as https://motion.example.com/api/plugins/webhook?…');
  else if (isLoopback(url.hostname)) return;
  else if (url.protocol !== 'https:') complain('must start with https://: X calls nothing else');
  else if (url.port !== '') complain('must not name a port: X refuses webhook addresses with one');
});

/*
 * Rules across keys are checked even where single keys are wrong, so that one start tells every fault; all
 * they ask for is that the containers they look into are there.
 */
const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);
const whenObject = { when: ({ value }: { value: unknown }) => isObject(value) };
const whenContainers = { when: ({ value }: { value: unknown }) => hasContainers(value) };

function hasContainers(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { accounts, host } = value as { accounts?: unknown; host?: unknown };
  return Array.isArray(accounts) && accounts.every(isObject) && isObject(host);
}

const name = text()
  .max(64, 'must have at most 64 characters')
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'must consist of letters, digits and _, and must not start with a digit',
  );

const account = z
  .strictObject({
    name,
    active: flag(true),
    consumerKey: text().default(''),
    consumerSecret: text().default(''),
    accessToken: text().default(''),
    accessTokenSecret: text().default(''),
    /** The app's OAuth 2.0 client; the tokens come by connecting in the panel. */
    oauth2: z
      .strictObject({
        clientId: text().default(''),
        /** Empty for a public client. */
        clientSecret: text().default(''),
        /** Stands in for connecting, once. */
        refreshToken: text().default(''),
      })
      .prefault({}),
    signatureMethod: z
      .enum(['HMAC-SHA1', 'HMAC-SHA256'], { error: 'must be HMAC-SHA1 or HMAC-SHA256' })
      .default('HMAC-SHA1'),
    level: z
      .enum(['basic', 'pro', 'enterprise'], { error: 'must be basic, pro or enterprise' })
      .default('enterprise'),
    delivery: z
      .enum(['', ...deliveryNames], {
        error: `must be ${deliveryNames.join(', ')} (empty: as the level says)`,
      })
      .default(''),
    environment: text().default(''),
    /** What the service that passes X's events on signs them with. */
    apiSecret: text()
      .refine((value) => value === '' || value.length >= 16, 'must have at least 16 characters')
      .default(''),
    webhookUrl: webhookUrl.default(''),
    webhookCheck: z
      .enum(['signature', 'secret-path'], { error: 'must be signature or secret-path' })
      .default('signature'),
    openChannelAccountId: z
      .number({ error: 'must be the number of the Open Channel account on the host' })
      .int('must be a whole number')
      .min(1, 'must be the number of the Open Channel account on the host'),
    mapKey: text()
      .regex(
        /^[A-Za-z0-9_]*$/,
        'must be the name of a contact field, such as twitter or cf_7 (empty: as on the host)',
      )
      .default(''),
    mapValue: z.enum(['username', 'id'], { error: 'must be username or id' }).default('username'),
    directMessages: z.strictObject({ active: flag(true), joinWaiting: flag(true) }).prefault({}),
    chat: z
      .strictObject({
        active: flag(true),
        readMarks: flag(false),
        typing: flag(false),
        neverPlain: flag(true),
      })
      .prefault({}),
    mentions: z
      .strictObject({
        active: flag(false),
        /** Posts that quote the account come in too. */
        quotes: flag(false),
        deepLink: flag(false),
        agentInitials: flag(false),
        longestPost: z
          .number({ error: 'must be a number of characters: 280, or more for a Premium account' })
          .int('must be a whole number')
          .min(280, 'must be at least 280')
          .max(25_000, 'must be at most 25000')
          .default(280),
      })
      .prefault({}),
    workingHours,
    greeting,
    bot,
    /** Goes to the bot as a Bearer token. */
    botToken: text().default(''),
    followUp,
    filters,
    card,
    retention,
  })
  .superRefine((value, context) => {
    if (!value.active) return;
    for (const [key, message] of missingKeys(value))
      context.addIssue({ code: 'custom', path: key.split('.'), message });
    const { requires } = isDelivery(value.delivery) ? deliveryKind(value.delivery) : {};
    if (requires && value[requires.setting] === '')
      context.addIssue({ code: 'custom', path: [requires.setting], message: requires.words });
  }, whenObject);

const host = z
  .strictObject({
    baseUrl: z
      .union([z.literal(''), serviceUrl], { error: 'must be an address such as https://motion.example.com' })
      .default(''),
    username: text().default(''),
    password: text().default(''),
    apiKey: text().default(''),
    caFile: text().default(''),
    allowPlainHttp: flag(false),
  })
  .superRefine(({ baseUrl, allowPlainHttp }, context) => {
    const url = parseUrl(baseUrl);
    if (allowPlainHttp || !url || url.protocol === 'https:' || isLoopback(url.hostname)) return;
    context.addIssue({
      code: 'custom',
      path: ['baseUrl'],
      message:
        'must start with https://: over http, customers’ messages and the sign-in cross the network readable. Set host.allowPlainHttp where that is wanted',
    });
  })
  .superRefine((value, context) => {
    if (value.apiKey !== '') return;
    if (value.username !== '' && value.password === '')
      context.addIssue({ code: 'custom', path: ['password'], message: 'is missing: host.username is set' });
    if (value.password !== '' && value.username === '')
      context.addIssue({ code: 'custom', path: ['username'], message: 'is missing: host.password is set' });
  });

const generated = text().refine(
  (value) => value === '' || value.length >= 8,
  'must have at least 8 characters',
);

/** The whole configuration file. */
export const configSchema = z
  .strictObject({
    port: port.default(3002),
    bindAddress: text().min(1, 'must be an address such as 127.0.0.1').default('127.0.0.1'),
    dataDir: text().min(1, 'must name a folder').default('./data'),
    log: z
      .strictObject({
        dir: text().min(1, 'must name a folder').default('/var/log/xcally'),
        name: text()
          .regex(/^[A-Za-z0-9._-]+$/, 'must consist of letters, digits, dots, - and _')
          .default('openchannel-twitter'),
        level: z
          .enum(['error', 'warn', 'info', 'debug'], { error: 'must be error, warn, info or debug' })
          .default('info'),
        messageText: z.enum(['hidden', 'full'], { error: 'must be hidden or full' }).default('hidden'),
      })
      .prefault({}),
    host: host.prefault({}),
    reply: z
      .strictObject({
        token: generated.default(''),
        longestWaitHours: z
          .number({ error: 'must be a number of hours' })
          .min(1, 'must be at least 1')
          .max(720, 'must be at most 720')
          .default(24),
      })
      .prefault({}),
    admin: z.strictObject({ password: generated.default(''), hostUsers: flag(false) }).prefault({}),
    x: z
      .strictObject({
        apiBaseUrl: xApiUrl.default('https://api.x.com'),
        mediaHosts: z
          .array(mediaHost, { error: 'must be a list of host names' })
          .default(['pbs.twimg.com', 'video.twimg.com', 'ton.twitter.com']),
      })
      .prefault({}),
    accounts: z.array(account, { error: 'must be a list of accounts' }).default([]),
  })
  .superRefine((value, context) => {
    refuseDoubles(value.accounts, (index, key, message) =>
      context.addIssue({ code: 'custom', path: ['accounts', index, ...key.split('.')], message }),
    );
    if (value.host.baseUrl === '' && value.accounts.some((each) => each.active))
      context.addIssue({
        code: 'custom',
        path: ['host', 'baseUrl'],
        message: 'is missing: the address of XCALLY Motion, such as https://motion.example.com',
      });
  }, whenContainers);

type Complain = (index: number, key: string, message: string) => void;

/**
 * Two accounts fed by one X user or one app and environment would hand every message over twice. It sees accounts
 * with faults too, whose fields may be anything.
 */
function refuseDoubles(accounts: AccountConfig[], complain: Complain): void {
  const firstWith = new Map<string, string>();
  const claim = (index: number, key: string, identity: string, what: string) => {
    const owner = firstWith.get(identity);
    const own = accounts[index]?.name ?? '';
    if (owner === undefined) firstWith.set(identity, own);
    else complain(index, key, `${what} is already used by account "${owner}": messages would come twice`);
  };
  accounts.forEach((each, index) => {
    if (![each.name, each.consumerKey, each.environment].every((field) => typeof field === 'string')) return;
    const owner = firstWith.get(`name ${each.name}`);
    if (owner !== undefined) complain(index, 'name', `"${each.name}" is already taken by another account`);
    else firstWith.set(`name ${each.name}`, each.name);
    if (!each.active) return;
    if (typeof each.accessToken === 'string' && each.accessToken !== '')
      claim(
        index,
        'accessToken',
        `user ${userIdOfToken(each.accessToken) ?? each.accessToken}`,
        'this X user',
      );
    if (each.consumerKey !== '')
      claim(
        index,
        'consumerKey',
        `app ${each.consumerKey} ${each.environment}`,
        'this X app (and environment)',
      );
    const clientId = isObject(each.oauth2) ? each.oauth2.clientId : '';
    if (typeof clientId === 'string' && clientId !== '')
      claim(
        index,
        'oauth2.clientId',
        `client ${clientId} ${each.environment}`,
        'this X app (and environment)',
      );
  });
}

/**
 * The X user id inside an OAuth 1.0a access token, which has the form `<user id>-<random>`.
 * @returns undefined when the token has another form.
 */
export function userIdOfToken(accessToken: string): string | undefined {
  return /^(\d{1,19})-/.exec(accessToken)?.[1];
}

export type Config = z.infer<typeof configSchema>;
export type AccountConfig = z.infer<typeof account>;
