import { z } from 'zod';
import { inGroup, setting } from './about';
import { account } from './account';
import { isLoopback, parseUrl } from './addresses';
import { rejectDuplicates } from './duplicates';
import { isRecord } from '../core/isRecord';
import { flag, httpsOrLoopback, secret, serviceUrl, text } from './types';

const ofLogs = inGroup('logs');
const ofMotion = inGroup('motion');
const ofPlugin = inGroup('plugin');
const ofX = inGroup('x');

/**
 * The one description of `plugin.config.json`: types, defaults, and what an admin reads of each setting and when a value is
 * wrong. Unknown keys are refused, because a misspelt `"actve": false` would otherwise switch an account on.
 */

const port = z
  .number({ error: 'must be a port number from 1 to 65535' })
  .int('must be a whole number')
  .min(1, 'must be a port number from 1 to 65535')
  .max(65535, 'must be a port number from 1 to 65535')
  .default(3002);

const mediaHost = text().regex(
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?$/i,
  'must be a host name such as pbs.twimg.com, or host:port, without https://',
);

const generated = text().refine(
  (value) => value === '' || value.length >= 8,
  'must have at least 8 characters',
);

const log = z.strictObject({
  dir: ofLogs(
    'Folder',
    { hint: 'The files are NAME-info.log and NAME-error.log, 7 of 5 MB each.', guarded: true },
    text().min(1, 'must name a folder').default('/var/log/xcally'),
  ),
  name: ofLogs(
    'File name',
    { guarded: true },
    text()
      .regex(/^[A-Za-z0-9._-]+$/, 'must consist of letters, digits, dots, - and _')
      .default('openchannel-twitter'),
  ),
  level: ofLogs(
    'Level',
    { options: { error: 'errors', warn: 'warnings', info: 'everything', debug: 'debug' } },
    z
      .enum(['error', 'warn', 'info', 'debug'], { error: 'must be error, warn, info or debug' })
      .default('info'),
  ),
  messageText: ofLogs(
    'Message text',
    {
      hint: 'Hidden keeps it out of the log and of the activity list.',
      options: { hidden: 'hidden', full: 'written' },
      guarded: true,
    },
    z.enum(['hidden', 'full'], { error: 'must be hidden or full' }).default('hidden'),
  ),
});

const host = z
  .strictObject({
    baseUrl: ofMotion(
      'Address',
      {
        hint: 'Such as https://motion.example.com',
        details: 'The address of XCALLY Motion.',
        guarded: true,
        example: 'https://motion.example.com',
      },
      z
        .union([z.literal(''), serviceUrl], {
          error: 'must be an address such as https://motion.example.com',
        })
        .default(''),
    ),
    username: ofMotion(
      'User',
      {
        hint: 'A user of XCALLY Motion for the plugin.',
        guarded: true,
        env: 'HOST_USERNAME',
      },
      text().default(''),
    ),
    password: ofMotion('Password', { hint: 'Of that user.', secret: true, env: 'HOST_PASSWORD' }, secret()),
    apiKey: ofMotion(
      'API key',
      { hint: 'Instead of user and password.', secret: true, env: 'HOST_API_KEY' },
      secret(),
    ),
    caFile: ofMotion(
      'Certificate authority',
      { hint: 'PEM file, where XCALLY Motion has a self-signed certificate.', guarded: true },
      text().default(''),
    ),
    allowPlainHttp: ofMotion(
      'Allow http:// to another machine',
      { hint: 'Messages and credentials are then sent unencrypted.', guarded: true },
      flag(false),
    ),
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

const reply = z.strictObject({
  token: setting(
    {
      label: 'Reply token',
      details: 'Part of the Reply URL; generated at the first start when empty.',
      secret: true,
      env: 'REPLY_TOKEN',
    },
    secret(generated),
  ),
  maxRetryHours: ofPlugin(
    'Stop retrying replies after (hours)',
    { hint: 'For as long as X or XCALLY Motion has faults; then the agent is told.' },
    z
      .number({ error: 'must be a number of hours' })
      .min(1, 'must be at least 1')
      .max(720, 'must be at most 720')
      .default(24),
  ),
});

const admin = z.strictObject({
  password: setting(
    {
      label: 'Password of the panel',
      details:
        'When set, it is the panel’s own password, and the panel cannot change it. When empty, one is generated at the first start; it is valid until one is chosen in the panel.',
      secret: true,
      env: 'ADMIN_PASSWORD',
    },
    secret(generated),
  ),
  hostUsers: ofPlugin('Admins of XCALLY Motion may sign in here', { guarded: true }, flag(false)),
});

const databaseUrl = text().refine(
  (value) => value === '' || /^postgres(?:ql)?:\/\/./.test(value),
  'must be an address such as postgres://user:password@db.example.com/openchannel',
);

const store = z.strictObject({
  url: setting(
    {
      label: 'Database',
      details:
        'Empty: messages are kept in the data folder, with SQLite. `postgres://user:password@host/database`: in [PostgreSQL](two-machines.md), 13 or newer. Read at the start.',
      secret: true,
      env: 'DATABASE_URL',
    },
    secret(databaseUrl),
  ),
});

const x = z.strictObject({
  apiBaseUrl: ofX(
    'Address of X’s API',
    { hint: 'https://api.x.com, unless X is reached another way.', guarded: true },
    serviceUrl
      .refine(httpsOrLoopback, 'must start with https:// (http only for this machine itself)')
      .default('https://api.x.com'),
  ),
  mediaHosts: ofX(
    'Media hosts',
    { hint: 'The only hosts media are fetched from: host, or host:port.', guarded: true },
    z
      .array(mediaHost, { error: 'must be a list of host names' })
      .default(['pbs.twimg.com', 'video.twimg.com', 'ton.twitter.com']),
  ),
});

const whenContainers = { when: ({ value }: { value: unknown }) => hasContainers(value) };

function hasContainers(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { accounts, host: motion } = value;
  return Array.isArray(accounts) && accounts.every(isRecord) && isRecord(motion);
}

/** The whole configuration file. */
export const configSchema = z
  .strictObject({
    port: ofPlugin(
      'Port',
      { hint: 'A change moves the plugin at once; the addresses change with it.', env: 'PORT' },
      port,
    ),
    bindAddress: ofPlugin(
      'Bind address',
      { hint: '127.0.0.1: this machine only.', guarded: true },
      text().min(1, 'must be an address such as 127.0.0.1').default('127.0.0.1'),
    ),
    dataDir: setting(
      {
        label: 'Data folder',
        details: 'The message store and generated secrets; keep it on a local disk.',
        guarded: true,
      },
      text().min(1, 'must name a folder').default('./data'),
    ),
    store: store.prefault({}),
    log: log.prefault({}),
    host: host.prefault({}),
    reply: reply.prefault({}),
    admin: admin.prefault({}),
    x: x.prefault({}),
    accounts: z.array(account, { error: 'must be a list of accounts' }).default([]),
  })
  .superRefine((value, context) => {
    rejectDuplicates(value.accounts, (index, key, message) =>
      context.addIssue({ code: 'custom', path: ['accounts', index, ...key.split('.')], message }),
    );
    if (value.host.baseUrl === '' && value.accounts.some((each) => each.active))
      context.addIssue({
        code: 'custom',
        path: ['host', 'baseUrl'],
        message: 'is missing: the address of XCALLY Motion, such as https://motion.example.com',
      });
  }, whenContainers);

export type Config = z.infer<typeof configSchema>;
