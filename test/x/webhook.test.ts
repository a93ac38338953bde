import type { CorePorts } from '../../plugin/core/corePorts';
import { ingestEvents } from '../../plugin/core/inbound/ingestEvents';
import { createHmac } from 'node:crypto';
import type { InboundMessage } from '../../plugin/core/messages';
import type { Log } from '../../plugin/core/ports';
import { OtherUsers } from '../../plugin/core/inbound/otherUsers';
import { createWebhook, type WebhookAccount } from '../../plugin/x/delivery/webhook';
import { ManualClock } from '../support/manualClock';

function setUp(...accounts: { name: string; consumerSecret: string; userId: string }[]) {
  const kept: InboundMessage[] = [];
  const lines: string[] = [];
  const clock = new ManualClock();
  const write = (line: string, fields?: Record<string, unknown>) =>
    void lines.push(`${line} ${JSON.stringify(fields)}`);
  const log: Log = { error: write, warn: write, info: () => {}, debug: () => {}, with: () => log };
  const activeAccounts = () =>
    accounts.map(({ name, consumerSecret, userId }): WebhookAccount => ({
      name,
      signingSecret: consumerSecret,
      pathSecret: undefined,
      wants: { directMessages: true, mentions: false, quotes: false, chat: false },
      userId: () => userId,
      onEvent: () => {},
      onRefused: () => {},
      onChallenge: () => {},
      onRevoked: () => {},
      onReplay: () => {},
      onPost: () => {},
    }));
  const ports = {
    inbox: {
      keep: (messages: InboundMessage[]) => {
        kept.push(...messages);
        return Promise.resolve(messages.map(() => true));
      },
    } as never,
    counters: { count: () => {} },
    log,
    charges: { note: () => {}, since: () => [] },
    activity: () => {},
    wake: () => {},
    wakeReplies: () => {},
    clock,
    logText: () => false,
    trouble: () => undefined,
    otherUsers: new OtherUsers({ counters: { count: () => {} }, log }),
    unstorable: {
      noteStored: () => {},
      attempt: (_what: string, _account: string, write: () => Promise<void>) => write(),
    } as never,
  } as unknown as CorePorts;
  const webhook = createWebhook(activeAccounts, {
    ingest: (batch, account) => ingestEvents(batch, account, ports),
    counters: ports.counters,
    log,
    clock,
  });
  const receive = (secret: string, forUserId: string, name?: string) => {
    const event = {
      id: '1',
      type: 'message_create',
      message_create: { sender_id: '7', message_data: { text: 'hi' } },
    };
    const rawBody = Buffer.from(JSON.stringify({ for_user_id: forUserId, direct_message_events: [event] }));
    const signature = `sha256=${createHmac('sha256', secret).update(rawBody).digest('base64')}`;
    return webhook.receive({ name, pathSecret: undefined, signature, rawBody });
  };
  return { webhook, receive, kept: () => kept.map(({ account }) => account), lines, clock };
}

const one = { name: 'one', consumerSecret: 'secret-1', userId: '101' };
const two = { name: 'two', consumerSecret: 'secret-2', userId: '102' };

test("an event goes to the account whose app's secret fits, wherever it is posted without a name", async () => {
  const { receive, kept } = setUp(one, two);
  await receive('secret-2', '102');
  await receive('secret-1', '101');
  expect(kept()).toEqual(['two', 'one']);
});

test("an account's own address takes only what its own app signed", async () => {
  const { receive, kept } = setUp(one, two);
  await receive('secret-2', '102', 'two');
  await expect(receive('secret-2', '102', 'one')).rejects.toMatchObject({ code: 'unauthorized' });
  expect(kept()).toEqual(['two']);
});

test('of accounts that share an app, the event says which one it is for', async () => {
  const { receive, kept } = setUp(one, { ...two, consumerSecret: 'secret-1' });
  await receive('secret-1', '102');
  await receive('secret-1', '101');
  expect(kept()).toEqual(['two', 'one']);
});

test.each([
  ['nobody knows', '999', undefined],
  ['another account is for', '102', 'one'],
])(
  "an event for a user %s is in no account's name, and the admin is told once",
  async (_who, userId, path) => {
    const { receive, kept, lines } = setUp(one, { ...two, consumerSecret: 'secret-1' });
    await receive('secret-1', userId, path);
    await receive('secret-1', userId, path);
    expect(kept()).toEqual([]);
    expect(lines).toEqual([
      expect.stringContaining("another user than the account's own; they are left out"),
    ]);
  },
);

test('a challenge is answered with the secret of the account in the path, else of the first', () => {
  const { webhook } = setUp(one, two);
  const answer = (secret: string) =>
    `sha256=${createHmac('sha256', secret).update('token').digest('base64')}`;
  expect(webhook.challenge(undefined, undefined, 'token')).toBe(answer('secret-1'));
  expect(webhook.challenge('two', undefined, 'token')).toBe(answer('secret-2'));
});

test('the answer to a challenge signs nothing that passes for an event', async () => {
  const { webhook, lines } = setUp(one);
  const signature = webhook.challenge(undefined, undefined, '1');
  const call = { name: undefined, pathSecret: undefined, signature, rawBody: Buffer.from('1') };
  await expect(webhook.receive(call)).rejects.toMatchObject({ code: 'bad-request' });
  expect(lines).toEqual([]);
});

test('refused calls are told with how often, one line at a time', async () => {
  const { receive, lines, clock } = setUp(one);
  const refused = () => receive('wrong', '101').catch(() => undefined);
  await refused();
  await refused();
  await refused();
  expect(lines).toEqual([expect.stringContaining('{"times":1}')]);
  clock.advance(10_000);
  await refused();
  expect(lines[1]).toContain('{"times":4}');
});
