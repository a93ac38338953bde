import axios from 'axios';
import express, { type Request, type Response } from 'express';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import OAuth from 'oauth-1.0a';
import { isRecord } from '../../plugin/core/isRecord';
import { sameSecret } from '../../plugin/core/sameSecret';

/**
 * What bridges of this kind often do, to compare with: it answers at once, then passes on what it was told, and keeps nothing. Started as
 * the plugin is: `node answersFirst.js --config FILE`. It checks signatures and the Reply URL's token like the plugin.
 */

interface Config {
  port: number;
  host: { baseUrl: string; username: string; password: string };
  reply: { token: string };
  x: { apiBaseUrl: string };
  accounts: [Account];
}

interface Account extends Record<
  'consumerKey' | 'consumerSecret' | 'accessToken' | 'accessTokenSecret',
  string
> {
  webhookUrl: string;
  openChannelAccountId: number;
}

const timeout = 10_000;

function start(config: Config): void {
  const [account] = config.accounts;
  const x = signedCalls(config.x.apiBaseUrl, account);
  let isSubscribed = false;
  const app = express();
  app.get('/health', (_, response) => {
    const nothing = { waiting: 0 };
    const webhook = { state: isSubscribed ? 'ok' : 'starting' };
    response.json({ status: 'ok', accounts: { support: { webhook, inbound: nothing, outbound: nothing } } });
  });
  app.get('/api/messages', (request, response) => {
    response.json({ response_token: hmac(account.consumerSecret, textOf(request.query['crc_token'])) });
  });
  app.post('/api/messages', express.raw({ type: () => true }), (request, response) => {
    const body = request.body as Buffer;
    const signature = request.get('x-twitter-webhooks-signature') ?? '';
    if (!sameSecret(signature, hmac(account.consumerSecret, body))) {
      response.sendStatus(401);
      return;
    }
    response.sendStatus(200);
    for (const message of messagesIn(JSON.parse(body.toString()))) void passOn(message, config);
  });
  app.post('/api/reply', express.json(), (request: Request, response: Response) => {
    if (!sameSecret(textOf(request.query['token']), config.reply.token)) {
      response.sendStatus(401);
      return;
    }
    response.json({ status: 'sent' });
    const { body, Contact } = request.body as { body: string; Contact: { twitter: string } };
    void reply(x, Contact.twitter, body);
  });
  app.listen(config.port, '127.0.0.1', () => {
    void subscribe(config.x.apiBaseUrl, account, x).then(() => (isSubscribed = true));
  });
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

interface Message {
  username: string;
  text: string;
}

/** The messages in an event, in X Activity's envelope or Account Activity's. */
function messagesIn(event: unknown): Message[] {
  const outer = isRecord(event) && isRecord(event['data']) ? event['data']['payload'] : event;
  if (!isRecord(outer) || !Array.isArray(outer['direct_message_events'])) return [];
  const users = isRecord(outer['users']) ? outer['users'] : {};
  const events = outer['direct_message_events'] as {
    message_create: { sender_id: string; message_data: { text: string } };
  }[];
  return events.map(({ message_create: { sender_id: sender, message_data: data } }) => {
    const user = users[sender];
    const known = isRecord(user) && isRecord(user['data']) ? user['data'] : user;
    const name = isRecord(known) ? (known['username'] ?? known['screen_name']) : undefined;
    return { username: typeof name === 'string' ? name : sender, text: data.text };
  });
}

/** What goes wrong is nobody's business any longer: X was told that all is well. */
async function passOn({ username, text }: Message, { host, accounts: [account] }: Config): Promise<void> {
  const notification = {
    from: username,
    body: text,
    mapKey: 'twitter',
    twitter: username,
    firstName: username,
  };
  await axios
    .post(`${host.baseUrl}/api/openchannel/accounts/${account.openChannelAccountId}/notify`, notification, {
      auth: host,
      timeout,
    })
    .catch(() => undefined);
}

type SignedCalls = (method: 'GET' | 'POST', path: string, data?: object) => Promise<unknown>;

async function reply(x: SignedCalls, username: string, text: string): Promise<void> {
  try {
    const user = (await x('GET', `/2/users/by/username/${username}`)) as { data: { id: string } };
    await x('POST', `/2/dm_conversations/with/${user.data.id}/messages`, { text });
  } catch {
    // The agent was told that it was sent.
  }
}

function signedCalls(baseURL: string, account: Account): SignedCalls {
  const oauth = new OAuth({
    consumer: { key: account.consumerKey, secret: account.consumerSecret },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
  });
  const token = { key: account.accessToken, secret: account.accessTokenSecret };
  return async (method, path, data) => {
    const headers = { ...oauth.toHeader(oauth.authorize({ url: `${baseURL}${path}`, method }, token)) };
    return (await axios.request<unknown>({ baseURL, url: path, method, data, headers, timeout })).data;
  };
}

/** As the plugin does at its start: a webhook and its subscription, where there are none yet. */
async function subscribe(baseURL: string, account: Account, x: SignedCalls): Promise<void> {
  const { consumerKey: username, consumerSecret: password, webhookUrl: url } = account;
  const app = {
    auth: { username, password },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  };
  const { data: issued } = await axios.post<{ access_token: string }>(
    `${baseURL}/oauth2/token`,
    'grant_type=client_credentials',
    app,
  );
  const headers = { authorization: `Bearer ${issued.access_token}` };
  const path = `${baseURL}/2/webhooks`;
  const { data: known } = await axios.get<{ data?: { id: string }[] }>(path, { headers });
  if ((known.data ?? []).length > 0) return;
  await axios.post(path, { url }, { headers });
  const { data: made } = await axios.get<{ data: [{ id: string }] }>(path, { headers });
  await x('POST', `/2/account_activity/webhooks/${made.data[0].id}/subscriptions/all`, {});
}

function hmac(secret: string, data: string | Buffer): string {
  return `sha256=${createHmac('sha256', secret).update(data).digest('base64')}`;
}

start(JSON.parse(readFileSync(process.argv.at(-1) ?? '', 'utf8')) as Config);
