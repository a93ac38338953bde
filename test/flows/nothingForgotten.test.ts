import { BridgeError } from '../../plugin/core/errors';
import { Rig, brandId, customer, otherCustomer } from '../support/rig';
import { until } from '../support/until';

/** Messages that one fault more would leave in the store, unread by anybody. */

let rig: Rig;
afterEach(() => rig.stop());

const unavailable = () =>
  Promise.reject(new BridgeError('store-unavailable', 'the disk is full', { retryable: true }));
const bodies = () => rig.received.map(({ body }) => body);

test('a message that is kept, while what came with it cannot be written, is handed over all the same', async () => {
  rig = await Rig.start();
  rig.store.threads.markDeleted = unavailable;
  const message = rig.x.world.addMessage(customer.id, brandId, 'kept');
  const envelope = {
    ...rig.x.envelope('account-activity', brandId, message),
    tweet_delete_events: [{ status: { id: '5', user_id: customer.id }, timestamp_ms: '1' }],
  };
  expect(await rig.x.webhooks.deliver(`${rig.url}/api/messages`, envelope)).toBe(503);
  expect((await rig.receives(1))[0]?.body).toBe('kept');
});

test('what was refused is read from X once it can be noted, not while the disk is full', async () => {
  rig = await Rig.start();
  await rig.supplied();
  const { facts } = rig.store;
  const keep = facts.keep.bind(facts);
  facts.keep = unavailable;
  rig.keepFault = () => new BridgeError('store-unavailable', 'the disk is full', { retryable: true });
  const reads = () => rig.x.traffic.filter((call) => call === 'GET /2/dm_events').length;
  const before = reads();
  const message = rig.x.world.addMessage(customer.id, brandId, 'refused');
  expect(await rig.deliver(message)).toBe(503);
  // It takes no room, so that it is accepted all the same.
  const typing = {
    for_user_id: brandId,
    direct_message_indicate_typing_events: [
      { created_timestamp: '1', sender_id: customer.id, target: { recipient_id: brandId } },
    ],
  };
  const customerTypes = () => rig.x.webhooks.deliver(`${rig.url}/api/messages`, typing);
  expect(await customerTypes()).toBe(200);
  await rig.atRest();
  expect(reads()).toBe(before);
  facts.keep = keep;
  rig.keepFault = () => undefined;
  expect(await customerTypes()).toBe(200);
  expect((await rig.receives(1))[0]?.body).toBe('refused');
});

test('a conversation nobody was told of is found within a minute', async () => {
  rig = await Rig.start();
  await rig.customerWrites('first');
  await rig.receives(1);
  await rig.stands({ inbound: { waiting: 0 } });
  const row = { account: 'support', sender: { id: customer.id }, media: [], sentAt: rig.clock.now() };
  await rig.store.inbox.keep([
    { ...row, messageId: '1', conversation: `dm:${customer.id}`, text: 'nobody was woken' },
  ]);
  await rig.store.outbox.add(
    {
      account: 'support',
      queueKey: customer.username,
      recipientValue: customer.username,
      recipientId: customer.id,
      text: 'nor for this one',
      attachmentIds: [],
    },
    rig.clock.now(),
  );
  rig.scheduler.run('minute');
  await rig.receives(2);
  await until(() => rig.sent.length === 1, 'the reply');
  expect([bodies()[1], rig.sent[0]?.text]).toEqual(['nobody was woken', 'nor for this one']);
});

/** The store takes all but one message, for a reason of that message's. */
function refuseToKeep(
  isPoison: (message: { messageId: string; text: string }) => boolean,
  fault: Error,
): void {
  rig.keepFault = (messages) => (messages.some(isPoison) ? fault : undefined);
}

test('a message that can never be stored is left out in the end and told of; those that came with it arrive', async () => {
  rig = await Rig.start();
  const poison = rig.x.world.addMessage(customer.id, brandId, 'poison');
  const good = rig.x.world.addMessage(otherCustomer.id, brandId, 'good');
  const tooBig = new BridgeError('store-unavailable', 'string or blob too big', { retryable: true });
  refuseToKeep(({ messageId }) => messageId === poison.id, tooBig);
  const envelope = rig.x.envelope('account-activity', brandId, poison, good);
  const deliver = () => rig.x.webhooks.deliver(`${rig.url}/api/messages`, envelope);
  expect(await deliver()).toBe(503);
  expect((await rig.receives(1))[0]?.body).toBe('good');
  const statuses: number[] = [];
  while (statuses.at(-1) !== 200 && statuses.length < 30) {
    statuses.push(await deliver());
    rig.clock.jump(10_000);
  }
  expect(statuses.slice(-2)).toEqual([503, 200]);
  expect(statuses.length).toBeGreaterThanOrEqual(12);
  await rig.logged(/\[ERROR\].*part of an event cannot be stored and is left out.*string or blob too big/);
  expect(bodies()).toEqual(['good']);
});

test('over the stream such a message holds nothing up for long', async () => {
  rig = await Rig.start({ delivery: 'activity-stream' });
  await until(() => rig.x.stream.isOpen, 'the stream');
  refuseToKeep(({ text }) => text === 'poison', new TypeError('a defect'));
  await rig.customerSays('poison');
  await rig.customerSays('and on', otherCustomer);
  await until(() => {
    rig.clock.jump(60_000);
    return rig.received.length === 1;
  }, 'the message behind it');
  expect(bodies()).toEqual(['and on']);
});

test('text behind a NUL in a reply arrives', async () => {
  rig = await Rig.start();
  const call = (body: string, Contact: object) =>
    rig.replyOutcome(JSON.stringify({ body, Contact, Interaction: { id: 5 } }));
  expect((await call('Your code is A\0 and this part matters', { twitter: 'jane_\0doe' })).status).toBe(200);
  expect(rig.sent.map(({ text }) => text)).toEqual(['Your code is A and this part matters']);
});

test('a NUL in a number-like long event does not cut the message', async () => {
  rig = await Rig.start();
  await rig.customerWrites('before\0 and behind');
  expect((await rig.receives(1))[0]?.body).toBe('before and behind');
});

test('a reply in a public conversation that is no longer known is refused in words, not sent in private', async () => {
  rig = await Rig.start({ account: { mentions: { active: true } } });
  const { status, body } = await rig.replyOutcome({
    body: 'hello',
    Contact: { twitter: customer.username },
    Interaction: { id: 5, threadId: '1990000000000000777' },
  });
  expect(status).toBe(422);
  expect(body.error).toMatchObject({
    code: 'unknown-thread',
    message: expect.stringContaining('belongs to a public conversation') as string,
  });
  expect(rig.sent).toEqual([]);
});
