import { z } from 'zod';
import { languageNames, type Language } from '../texts/languages';
import { deliveryKind, deliveryKinds, deliveryNames, isDelivery } from '../x/delivery';
import { inGroup, setting } from './about';
import { isLoopback, parseUrl } from './addresses';
import { automation } from './automation';
import { chat, costs, directMessages, mentions } from './channels';
import { missingKeys } from './missingKeys';
import { flag, mapKey, secret, text, whenObject } from './types';

const ofBasics = inGroup('basics');
const ofDelivery = inGroup('delivery');
const ofKeys = inGroup('keys');
const ofOauth2 = inGroup('oauth2');
const ofOpenChannel = inGroup('openChannel');

const name = text()
  .max(64, 'must have at most 64 characters')
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    'must consist of letters, digits and _, and must not start with a digit',
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

const noOpenChannelAccount = 'must be the number of the Open Channel account in XCALLY Motion';

/** 0, only while the account is switched off: none is chosen yet. */
const openChannelAccountId = z
  .number({ error: noOpenChannelAccount })
  .int('must be a whole number')
  .min(0, noOpenChannelAccount);

const labels = Object.fromEntries(deliveryNames.map((each) => [each, deliveryKinds[each].label]));

/** The kinds of delivery that need a setting of their own. */
const deliveriesNeeding = (needed: string) =>
  deliveryNames.filter((each) => deliveryKind(each).requires?.setting === needed);

const oauth2 = z.strictObject({
  clientId: ofOauth2(
    'Client ID',
    {
      hint: 'X developer portal → your app → Keys and tokens → OAuth 2.0.',
      guarded: true,
      env: 'X_CLIENT_ID',
    },
    text().trim().default(''),
  ),
  clientSecret: ofOauth2(
    'Client Secret',
    {
      hint: 'Shown together with the Client ID. None for a native app.',
      secret: true,
      env: 'X_CLIENT_SECRET',
    },
    secret(),
  ),
  refreshToken: setting(
    {
      label: 'Refresh token',
      details:
        'Stands in for connecting in the panel, once: see [signing in](deliveries.md#signing-in-with-x).',
      secret: true,
      env: 'X_REFRESH_TOKEN',
    },
    secret(),
  ),
});

/** One entry of `accounts`. */
export const account = z
  .strictObject({
    name: ofBasics(
      'Name',
      {
        hint: 'Letters, digits and _, at most 64. It cannot be changed later.',
        details: 'Letters, digits and `_`, at most 64; part of the addresses.',
        example: 'support',
      },
      name,
    ),
    active: ofBasics(
      'Active',
      { hint: 'A switched-off account takes nothing in and sends nothing.' },
      flag(true),
    ),
    description: ofBasics(
      'Description',
      { hint: 'For your colleagues; it is shown beside the name.' },
      text().trim().max(200, 'must have at most 200 characters').default(''),
    ),
    language: ofBasics(
      'Language of the agents',
      { hint: 'What the plugin tells agents, and why something waits.', options: languageNames },
      z
        .enum(Object.keys(languageNames) as [Language, ...Language[]], {
          error: `must be one of ${Object.keys(languageNames).join(', ')}`,
        })
        .default('en'),
    ),
    consumerKey: ofKeys(
      'API Key',
      {
        hint: 'X developer portal → your app → Keys and tokens → Consumer Keys. Webhooks and streams need it with OAuth 2.0 too.',
        secret: true,
        env: 'X_CONSUMER_KEY',
      },
      secret(),
    ),
    consumerSecret: ofKeys(
      'API Key Secret',
      { hint: 'Shown together with the API Key.', secret: true, env: 'X_CONSUMER_SECRET' },
      secret(),
    ),
    accessToken: ofKeys(
      'Access Token',
      {
        hint: 'Filled in by “Connect with OAuth 1.0a” below, or copied from Keys and tokens.',
        details: 'Filled in by connecting with OAuth 1.0a, or copied from Keys and tokens.',
        secret: true,
        env: 'X_ACCESS_TOKEN',
      },
      secret(),
    ),
    accessTokenSecret: ofKeys(
      'Access Token Secret',
      { hint: 'Shown together with the Access Token.', secret: true, env: 'X_ACCESS_TOKEN_SECRET' },
      secret(),
    ),
    oauth2: oauth2.prefault({}),
    signatureMethod: ofKeys(
      'Signature method',
      { hint: 'HMAC-SHA1 unless X told you otherwise.', rare: true },
      z
        .enum(['HMAC-SHA1', 'HMAC-SHA256'], { error: 'must be HMAC-SHA1 or HMAC-SHA256' })
        .default('HMAC-SHA1'),
    ),
    level: ofDelivery(
      'Access level',
      {
        hint: 'Basic and Pro are polled every minute. Enterprise gets pushes if the API key and its secret are set; else it is polled, too.',
        options: { basic: 'Basic', pro: 'Pro', enterprise: 'Enterprise' },
      },
      z
        .enum(['basic', 'pro', 'enterprise'], { error: 'must be basic, pro or enterprise' })
        .default('enterprise'),
    ),
    delivery: setting(
      {
        group: 'delivery',
        label: 'Delivery',
        hint: 'Leave it to the level unless you know better.',
        rare: true,
        details: `Empty: as the level says. Else one of ${deliveryNames.map((each) => `\`${each}\``).join(', ')}: see [how events arrive](deliveries.md#how-events-arrive).`,
        options: { '': 'as the level says', ...labels },
        example: 'activity',
      },
      z
        .enum(['', ...deliveryNames], {
          error: `must be ${deliveryNames.join(', ')} (empty: as the level says)`,
        })
        .default(''),
    ),
    environment: ofDelivery(
      'Dev environment',
      {
        hint: 'Only for Account Activity v1.1: the label in the developer portal.',
        onlyWhen: { setting: 'delivery', is: deliveriesNeeding('environment') },
      },
      text().default(''),
    ),
    relaySecret: ofDelivery(
      'Relay secret',
      {
        hint: 'At least 16 characters; the service signs each call with it, as X does with the app’s.',
        onlyWhen: { setting: 'delivery', is: deliveriesNeeding('relaySecret') },
        secret: true,
      },
      secret(
        text().refine((value) => value === '' || value.length >= 16, 'must have at least 16 characters'),
      ),
    ),
    webhookUrl: ofDelivery(
      'Webhook address',
      {
        hint: 'The public address X calls. The plugin registers it.',
        details: 'The public address X calls; the plugin registers it. Empty: that is left to you.',
        guarded: true,
        example:
          'https://motion.example.com/api/plugins/webhook?port=3002&encoding=binary&path=/api/messages',
      },
      webhookUrl.default(''),
    ),
    webhookCheck: ofDelivery(
      'Webhook check',
      {
        hint: 'Secret path is weaker: only where the proxy drops X’s signature header.',
        rare: true,
        details:
          '`signature`, or `secret-path` only where the proxy drops X’s header: weaker, see [troubleshooting](troubleshooting.md).',
        options: { signature: 'X’s signature', 'secret-path': 'a secret path' },
        guarded: true,
      },
      z
        .enum(['signature', 'secret-path'], { error: 'must be signature or secret-path' })
        .default('signature'),
    ),
    openChannelAccountId: ofOpenChannel(
      'Open Channel account',
      {
        hint: 'Where the messages go.',
        details: 'The number of the Open Channel account that the messages go to.',
        example: 1,
      },
      openChannelAccountId,
    ),
    mapKey: ofOpenChannel(
      'Map Key',
      { hint: 'The contact field that holds the customer. Empty: as XCALLY Motion says.', rare: true },
      mapKey,
    ),
    mapValue: ofOpenChannel(
      'Value of the Map Key',
      {
        hint: 'What stands in that field.',
        rare: true,
        details: 'What stands in that field: the `username` (handle) or the `id`, see below.',
        options: { username: 'the handle, such as jane_doe', id: 'the X user id' },
      },
      z.enum(['username', 'id'], { error: 'must be username or id' }).default('username'),
    ),
    directMessages,
    chat,
    mentions,
    costs,
    ...automation,
  })
  .superRefine((value, context) => {
    if (!value.active) return;
    if (value.openChannelAccountId === 0)
      context.addIssue({ code: 'custom', path: ['openChannelAccountId'], message: noOpenChannelAccount });
    for (const [key, message] of missingKeys(value))
      context.addIssue({ code: 'custom', path: key.split('.'), message });
    const { requires } = isDelivery(value.delivery) ? deliveryKind(value.delivery) : {};
    if (requires && value[requires.setting] === '')
      context.addIssue({ code: 'custom', path: [requires.setting], message: requires.words });
  }, whenObject);

export type AccountConfig = z.infer<typeof account>;

/**
 * The X user id inside an OAuth 1.0a access token, which has the form `<user id>-<random>`.
 * @returns undefined when the token has another form.
 */
export function userIdOfToken(accessToken: string): string | undefined {
  return /^(\d{1,19})-/.exec(accessToken)?.[1];
}
