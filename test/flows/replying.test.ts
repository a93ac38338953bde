import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const send = /^POST \/2\/dm_conversations\/with\/\d+\/messages$/;
const contact = { twitter: customer.username };
const call = (...said: Parameters<Rig['replyOutcome']>) => rig.replyOutcome(...said);
const texts = () => rig.sent.map(({ text }) => text);

test.each(['HMAC-SHA1', 'HMAC-SHA256'] as const)(
  "the agent's answer reaches the customer, signed with %s",
  async (signatureMethod) => {
    rig = await Rig.start({ account: { signatureMethod } });
    const outcome = await rig.host.agentWrites(await rig.interaction(), 'Hello Jane, how can I help? 😀');
    expect(outcome).toEqual({ status: 200, body: { status: 'sent', ids: [rig.sent[0]!.id] } });
    expect(rig.sent[0]).toMatchObject({
      senderId: brandId,
      recipientId: customer.id,
      text: 'Hello Jane, how can I help? 😀',
    });
    const signed = rig.x.calls.filter(({ kind }) => kind === 'UserToken');
    expect(signed.map((each) => each.signatureMethod)).toContain(signatureMethod);
    expect(signed.every((each) => each.signatureMethod === signatureMethod)).toBe(true);
    // The customer wrote before, so asking X who that is would be wasted money.
    expect(rig.x.calls.filter(({ path }) => path.startsWith('/2/users/by'))).toEqual([]);
  },
);

test('the token may come as Bearer, as Basic password, or in the address; all else is refused', async () => {
  rig = await Rig.start();
  const token = rig.secrets.replyToken;
  const withHeader = (authorization?: string) =>
    fetch(`${rig.url}/api/reply`, {
      method: 'POST',
      headers: authorization === undefined ? {} : { authorization },
      body: JSON.stringify({ body: 'hi', Contact: contact }),
    });
  const basic = `Basic ${Buffer.from(`host:${token}`).toString('base64')}`;
  expect((await withHeader(`Bearer ${token}`)).status).toBe(200);
  expect((await withHeader(basic)).status).toBe(200);
  for (const wrong of [
    undefined,
    'Bearer ',
    'Bearer x',
    `Basic ${Buffer.from('host:x').toString('base64')}`,
    token,
  ])
    expect((await withHeader(wrong)).status).toBe(401);
  expect((await call({ body: 'hi', Contact: contact }, '/api/reply', 'wrong')).body.error?.code).toBe(
    'unauthorized',
  );
  expect(rig.sent).toHaveLength(2);
});

test("the old plugin's path, and a contact in small letters", async () => {
  rig = await Rig.start();
  expect((await call({ body: 'old', contact: { twitter: '@Jane_Doe' } }, '/sendMessage')).status).toBe(200);
  expect((await call({ body: 'named', Contact: contact }, '/api/reply/support')).status).toBe(200);
  expect(texts()).toEqual(['old', 'named']);
});

test.each([
  ['an empty body', { body: '  ', Contact: contact }, 400, 'The message is empty'],
  ['no body at all', '', 400, 'has no content'],
  ['no JSON', '{"body":', 400, 'is not JSON'],
  ['a list', [], 400, 'cannot be understood'],
  ['no contact', { body: 'hi' }, 422, 'The request has no contact'],
  [
    'an empty Map Key',
    { body: 'hi', Contact: { twitter: '' } },
    422,
    'The contact\'s field "twitter" is empty',
  ],
  ['a handle nobody has', { body: 'hi', Contact: { twitter: 'nobody_here' } }, 404, 'does not exist on X'],
  [
    'a handle that cannot be one',
    { body: 'hi', Contact: { twitter: 'jane doe!' } },
    404,
    'is neither an X handle nor',
  ],
  ['too long a text', { body: 'x'.repeat(100_001), Contact: contact }, 400, 'has 100001 characters'],
])('%s is answered in words', async (_what, body, status, words) => {
  rig = await Rig.start();
  const answer = await call(body);
  expect(answer.status).toBe(status);
  expect(answer.body.error?.message).toContain(words);
  expect(rig.sent).toEqual([]);
});

test('a notice of ours that comes back as if an agent had written it goes to nobody', async () => {
  rig = await Rig.start();
  await rig.interaction();
  const { status, body } = await rig.replyOutcome({
    body: '[X channel] Your message "hi" was not delivered.',
    Contact: { twitter: customer.username },
  });
  expect([status, body.error?.message]).toEqual([
    400,
    'This is a notice for agents, so it is not sent to the customer.',
  ]);
  expect(rig.sent).toEqual([]);
});

test('an account that does not exist, or is switched off', async () => {
  rig = await Rig.start({ account: { active: false } });
  expect((await call({ body: 'hi', Contact: contact }, '/api/reply/other')).body.error?.message).toContain(
    'no X account "other"',
  );
  const off = await call({ body: 'hi', Contact: contact }, '/api/reply/support');
  expect([off.status, off.body.error?.code]).toEqual([409, 'inactive-account']);
  expect((await call({ body: 'hi', Contact: contact })).body.error?.message).toContain(
    'No X account is active',
  );
});

test('a contact who never wrote is looked up once, and kept across a restart', async () => {
  rig = await Rig.start();
  const write = () => call({ body: 'hello', Contact: { twitter: `@${otherCustomer.username}` } });
  expect((await write()).status).toBe(200);
  await rig.stopPlugin();
  await rig.startPlugin();
  expect((await write()).status).toBe(200);
  expect(rig.sent.map(({ recipientId }) => recipientId)).toEqual([otherCustomer.id, otherCustomer.id]);
  expect(rig.x.calls.filter(({ path }) => path.startsWith('/2/users/by'))).toHaveLength(1);
});

test('mapValue id needs no look-up', async () => {
  rig = await Rig.start({ account: { mapValue: 'id' } });
  expect((await call({ body: 'hi', Contact: { twitter: otherCustomer.id } })).status).toBe(200);
  expect(rig.sent[0]?.recipientId).toBe(otherCustomer.id);
});

test.each([
  [403, 349, 'does not accept Direct Messages'],
  [403, 150, 'do not follow this account or have blocked it'],
  [403, 226, 'looks automated'],
  [400, 187, 'the same text was sent just before'],
])(
  'X refuses with %d, code %d: the agent reads why, and it is not tried again',
  async (status, code, words) => {
    rig = await Rig.start();
    rig.x.faults.add({ when: send, status, body: { errors: [{ code, message: 'no' }] } });
    const answer = await call({ body: 'hi', Contact: contact });
    expect([answer.status, answer.body.error?.code]).toEqual([422, 'refused-by-x']);
    expect(answer.body.error?.message).toContain(words);
    expect((await call({ body: 'another', Contact: contact })).status).toBe(200);
    expect(texts()).toEqual(['another']);
  },
);

test('X is temporarily unavailable: queued, tried again, and sent once', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, status: 503 });
  const answer = await call({ body: 'please arrive', Contact: contact });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({
    status: 'queued',
    reason: expect.stringContaining('X is temporarily unavailable') as string,
  });
  expect(Date.parse(answer.body.retryAt!)).toBeGreaterThan(Date.now() - 1000);
  await until(() => rig.sent.length === 1, 'the answer to be sent');
  expect(texts()).toEqual(['please arrive']);
});

test("the answer of X is lost: the conversation shows it was sent, so it isn't sent again", async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, cut: 'after' });
  expect((await call({ body: 'only once: https://example.com/a', Contact: contact })).status).toBe(202);
  await rig.stands({ outbound: { waiting: 0 } });
  expect((await call({ body: 'next', Contact: contact })).status).toBe(200);
  expect(rig.sent).toHaveLength(2);
});

test('a connection cut before X did anything: not found in the conversation, so sent again', async () => {
  rig = await Rig.start();
  expect((await call({ body: 'same words', Contact: contact })).status).toBe(200);
  rig.x.faults.add({ when: send, cut: 'before' });
  expect((await call({ body: 'same words', Contact: contact })).status).toBe(202);
  await until(() => rig.sent.length === 2, 'the second to be sent');
});

test('a used-up rate limit window: queued with the time, without asking X in vain', async () => {
  const limits = { 'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 2, seconds: 3 } };
  rig = await Rig.start({ x: { limits } });
  for (const body of ['1', '2']) expect((await call({ body, Contact: contact })).status).toBe(200);
  const started = Date.now();
  const waiting = await call({ body: '3', Contact: contact });
  expect(waiting.status).toBe(202);
  expect(waiting.body.reason).toContain("X's rate limit was reached");
  expect(Date.parse(waiting.body.retryAt!) - started).toBeLessThanOrEqual(4_000);
  expect((await call({ body: '4', Contact: contact })).status).toBe(202);
  await until(() => rig.sent.length === 3, 'all to be sent');
  expect(texts()).toEqual(['1', '2', '3\n\n4']);
});

test('X signs the account out: queued, told to the admin, and sent when the keys work again', async () => {
  rig = await Rig.start({ account: { oauth2: {} } });
  rig.x.faults.add({
    when: send,
    status: 401,
    body: { errors: [{ code: 89, message: 'Invalid or expired token.' }] },
  });
  const answer = await call({ body: 'hi', Contact: contact });
  expect(answer.status).toBe(202);
  expect(answer.body.reason).toContain('signed out');
  await rig.logged(/\[ERROR\].*X \(OAuth 1.0a\) refuses the sign-in: check the keys of this account/);
  expect((await rig.health()).body.accounts['support']?.signIn.x.state).toBe('refused');
  await until(() => rig.sent.length === 1, 'the answer to be sent');
});

test('an answer that was queued and is refused later is told in the interaction', async () => {
  rig = await Rig.start();
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: send, status: 503 });
  rig.x.faults.add({ when: send, status: 403, body: { errors: [{ code: 349, message: 'no' }] } });
  expect((await rig.host.agentWrites(interaction, 'are you there?')).status).toBe(202);
  const [, notice] = await rig.receives(2);
  expect(notice?.body).toBe(
    '[X channel] Your message "are you there?" was not delivered. This customer does not accept Direct Messages from this account on X.',
  );
  expect(notice?.OpenchannelInteractionId).toBe(interaction.id);
  expect(rig.sent).toEqual([]);
});

test('a long wait for X is answered within 8 seconds', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: send, delay: 2_000 });
  const answering = call({ body: 'slow', Contact: contact });
  await until(() => rig.x.traffic.some((made) => send.test(made)), 'the call to X');
  rig.clock.jump(7_500);
  const answer = await answering;
  expect([answer.status, answer.body.reason]).toEqual([202, 'It is still being sent.']);
  await until(() => rig.sent.length === 1, 'the answer to be sent');
});

test('answers to one customer stay in order, a fault with one customer holds up no other', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: new RegExp(`with/${customer.id}/messages`), status: 503 });
  expect((await call({ body: 'Jane 1', Contact: contact })).status).toBe(202);
  expect((await call({ body: 'Jane 2', Contact: contact })).status).toBe(202);
  expect((await call({ body: 'Max 1', Contact: { twitter: otherCustomer.username } })).status).toBe(200);
  await until(() => rig.sent.length === 3, 'all to be sent');
  expect(texts()).toEqual(['Max 1', 'Jane 1', 'Jane 2']);
});
