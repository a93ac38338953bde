import { forgetUser, untilDone } from '../../plugin/core/eraser';
import type { InboundMessage, OutboundMessage } from '../../plugin/core/messages';
import type { HistoryQuery, MessageStore } from '../../plugin/core/ports';

const waiting = {
  conversation: 'dm:1',
  userId: '1',
  thread: undefined,
  interactionId: undefined,
  since: 5,
  toldAt: undefined,
  toldPosition: undefined,
  isReported: false,
  agentAt: undefined,
};

export const inbound = (messageId: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  account: 'a',
  messageId,
  conversation: 'dm:1',
  sender: { id: '1', username: 'Jane', name: 'Jane Doe', profile: { followers: 3 } },
  text: `text ${messageId}`,
  media: [],
  sentAt: 1,
  ...more,
});
const outbound = (text: string, more: Partial<OutboundMessage> = {}): OutboundMessage => ({
  account: 'a',
  queueKey: 'jane',
  interactionId: '7',
  recipientValue: 'Jane',
  text,
  attachmentIds: [],
  ...more,
});

/** What the operations answer, one after the other: the same on every engine. */
export async function everyOperation({ inbox, outbox, ...store }: MessageStore): Promise<unknown[]> {
  const { contacts, conversations, threads, chat, history, depths, reporting, eraser } = store;
  const told: unknown[] = [];
  /** One after the other: a read beside a write may or may not see it. */
  const tell = async (...operations: (() => unknown)[]) => {
    for (const operation of operations) told.push(await operation());
  };
  await tell(
    () => inbox.keep(['9', '10', '10'].map((id) => inbound(id))),
    () => inbox.queueNames(),
  );
  await tell(() => inbox.keep([inbound('p', { conversation: 'post:5', thread: '5', sender: { id: '2' } })]));
  await tell(
    () => inbox.knownMessages('a', ['9', '77']),
    () => inbox.queueNames('a dm:1', 1),
    () => inbox.nextIn('a dm:1'),
  );
  const seq = async (id: string) => (await inbox.find('a', id))!.seq;
  await inbox.saveAttachments(await seq('9'), ['4', null]);
  await tell(
    async () => inbox.markDelivering(await seq('9'), 5, false),
    async () => inbox.withhold(await seq('9'), 'gone'),
  );
  await inbox.saveNotified(await seq('9'), 'h9', 1, true);
  await tell(
    () => inbox.knownHostMessages('a', ['h9', 'h1']),
    async () => inbox.markReceived(await seq('10'), 'agents'),
  );
  await tell(
    async () => inbox.withhold(await seq('10'), 'withheld'),
    () => inbox.nextIn('a dm:1'),
  );
  await inbox.postpone(await seq('10'), 900, 'Motion is down');
  await tell(
    () => depths.inbound('a'),
    () => depths.filtered('a'),
    () => depths.inbound('b'),
  );
  await inbox.release('a', 5);
  await inbox.release(undefined, 4);
  await inbox.clearDelivering(await seq('10'));
  await inbox.noteHandedOver('a dm:1', 'words', 50);
  await tell(
    () => inbox.handedOver('a dm:1', 'words', 40),
    async () => inbox.get(await seq('10')),
  );
  await inbox.markFiltered(await seq('p'), 'spam');
  await inbox.keep([
    inbound('11'),
    inbound('12', { closed: { event: 'e', keyChanges: [], conversationId: '1:9' } }),
  ]);
  await inbox.markFailed(await seq('11'), 'no');
  await inbox.markNothing(await seq('12'));

  const first = await outbox.add(outbound('one', { attachmentIds: ['1', '2'] }), 10);
  const { seq: second } = await outbox.add(outbound('two "q" \\u0000 😀', { recipientId: '1' }), 11);
  const { seq: third } = await outbox.add(outbound('three'), 12);
  await tell(
    () => first,
    () => outbox.findDuplicate(outbound('one', { attachmentIds: ['1', '2'] }), 0),
  );
  await tell(
    () => outbox.findDuplicate(outbound('one'), 0),
    () => outbox.queueNames(),
    () => outbox.laterInQueue(first.seq),
  );
  await outbox.markAnswered(third);
  await outbox.saveRecipient(first.seq, '1');
  await tell(
    () => outbox.saveMedia(first.seq, [], 'one!'),
    () => outbox.markSending(first.seq, 20),
  );
  await outbox.join(first.seq, [second]);
  await tell(
    () => outbox.joinedTo(first.seq),
    () => outbox.sentWith(first.seq),
    () => outbox.nextIn('a jane'),
  );
  await outbox.savePart(first.seq, ['100']);
  await outbox.clearSending(first.seq);
  await outbox.clearDoubt(first.seq);
  await outbox.postpone(third, 800, 'later', true);
  await outbox.release(undefined, 13);
  await outbox.markDelivered([first.seq, second], ['100', '99'], true);
  await tell(
    () => outbox.get(first.seq),
    () => outbox.get(second),
    () => outbox.knownSentIds('a', ['100', '5']),
  );
  await outbox.noteOutcome(first.seq, 'taken back');
  await tell(
    () => history.retry({ direction: 'out', seq: third }),
    () => history.setAside({ direction: 'out', seq: third }, 'x'),
  );
  await outbox.markFailed([third], 'refused');
  const { seq: fourth } = await outbox.add(outbound('four', { account: 'b' }), 14);
  await outbox.separate(fourth);
  await outbox.saveSealed(fourth, []);
  await outbox.drop(fourth);
  await tell(
    () => outbox.get(fourth),
    () => depths.outbound('a'),
  );

  await contacts.noteWay('a', '1', true, 7);
  await contacts.saveMapValue('a', '1', 'Jane');
  await contacts.see('a', { id: '3', username: 'JANE' }, 8);
  await contacts.saveInteraction('a', '1', undefined, 'i1');
  await contacts.noteCardSent('a', '1', 6);
  await tell(
    () => contacts.byUsername('a', 'jane'),
    () => contacts.byId('a', '1'),
    () => contacts.byMapValue('a', 'jane'),
  );
  await tell(
    () => contacts.mapValueOf('a', '1'),
    () => contacts.interactionOf('a', '1', undefined),
    () => contacts.cardSentAt('a', '1'),
  );
  await tell(
    () => contacts.recentWriters('a', 0, 5),
    () => contacts.wroteEncrypted('a', '1'),
    () => contacts.everEncrypted('a', '2'),
  );

  await conversations.save('a', 'dm:1', { withAgents: 'asked' });
  await conversations.noteAgent('a', 'dm:1', 30, 9);
  await tell(
    () => conversations.read('a', 'dm:1'),
    () => conversations.awaiting('a', 40),
  );
  await conversations.noteReminded('a', 'dm:1', 41);
  await conversations.addTurn('a', 'dm:1', { inboxSeq: 1, answers: ['hi'] }, 42);
  await tell(
    () => conversations.awaiting('a', 50),
    () => conversations.turns('a', 'dm:1'),
  );
  await conversations.endWaiting('a', 'dm:1');
  await conversations.noteCustomer('a', 'dm:1', 43);
  await conversations.dropTurns('a', 'dm:8');

  for (const post of ['9', '10', '11']) await threads.save('a', post, 't', post === '11' ? '2' : '1');
  await threads.markDeleted('a', '11');
  await tell(
    () => threads.threadOf('a', '9'),
    () => threads.isDeleted('a', '11'),
    () => threads.recentAuthors('a', 0, 5),
  );
  await tell(
    () => threads.newestPost('a', 't', '1', undefined),
    () => threads.newestPost('a', 't', undefined, '1'),
  );

  const writer = { account: 'a', conversation: 'dm:1', senderId: '1' };
  await tell(
    () => chat.claim(writer, 'm1', 1, '500'),
    () => chat.claimRemark('a', { about: '1', id: 'r' }, 1),
  );
  await tell(
    () => chat.claim(writer, 'm1', 2, undefined),
    () => chat.rowsOf(writer, '500'),
  );
  await chat.noteSealed('a', { messageId: 's1', conversationId: '1:9', outboxSeq: first.seq });
  await chat.noteSent('a', 's1', '600');
  await chat.noteReplaced('a', 's1', 's2');
  await tell(
    () => chat.sent('a', '600'),
    () => chat.sentOf(first.seq),
  );
  await chat.saveConversation('a', '1:9', { token: 't', lastSequence: '5', everySequence: true });
  await chat.noteLast('a', 'g1', 3, 4);
  await chat.noteUnread('a', '1:9', 3);
  await tell(
    () => chat.conversation('a', '1:9'),
    () => chat.lastOf('a', 'g1'),
    () => chat.unread('a', undefined, 0),
  );
  await tell(
    () => chat.unread('a', '1:9', 0),
    () => chat.noteRead(3),
  );
  for (const version of ['9', '1790000000000000000'])
    await chat.saveKey('a', '1:9', { version, sealedKey: 'k', partnerVersion: '8' });
  await chat.saveKey('a', '1:9', { version: '9', sealedKey: 'k', partnerVersion: '10', sequence: '4' });
  const keys = { version: '2', identity: 'i', signing: 's', signature: 'g' };
  await chat.savePersonKeys('a', '1', keys, { replaces: true, seenAt: 3 });
  await chat.markWithdrawn('a', '1', '2', 9);
  await tell(
    () => chat.keys('a', '1:9'),
    () => chat.personKeys('a', '1'),
    () => chat.forgetKeys('b'),
  );

  const page = (query: Partial<HistoryQuery>) =>
    history.page({
      direction: 'in',
      account: undefined,
      state: undefined,
      search: undefined,
      before: undefined,
      ...query,
    });
  await tell(
    () => page({}),
    () => page({ account: 'a', state: 'failed' }),
    () => page({ search: 'JAN' }),
    () => page({ before: 2 }),
  );
  await tell(
    () => page({ direction: 'out' }),
    () => page({ direction: 'out', account: 'a', state: 'delivered', search: '_' }),
  );
  await tell(
    () => conversations.noteWaiting('a', { ...waiting, interactionId: '7' }),
    () => conversations.waitingCustomers('a'),
    () => conversations.noteToldPlace('a', waiting, 6, 1),
    () => conversations.noteUnanswered('a', waiting),
    () => conversations.unanswered('a'),
    () => conversations.noteAnswered('a', 'dm:1', 9),
    () => conversations.noteAnswered('a', 'dm:1', 9, '1'),
    () => conversations.endOldWaits(4),
    () => history.hours('a', 0),
    () => history.people({ account: 'a', search: 'ja', inWords: true }),
    () => history.people({ inWords: false, from: 0 }),
    () => history.conversation({ account: 'a', person: '1' }),
    () => history.conversation({ account: 'a', person: '1', since: 0 }),
    () => history.latest('a'),
    async () => history.retry({ direction: 'in', seq: await seq('11') }),
  );
  await tell(async () => history.setAside({ direction: 'in', seq: await seq('11') }, 'by hand'));
  await tell(
    () => reporting.counts('a', 0, 9_000),
    () => reporting.moments('a', 0, 9_000),
    () => reporting.windowWaits('a', 0, 9_000),
  );
  await chat.noteRecalled(first.seq);

  await tell(
    () => eraser.usersCalled('jane'),
    () => eraser.knownAs('1'),
    () => eraser.countReceived('1', { after: 0, to: 100 }),
    () => eraser.countWritten('1', ['jane'], { after: 0, to: 100 }),
    () => eraser.accounts(),
    () => eraser.mapValuesOf('1'),
  );
  await eraser.erase(await seq('10'));
  await tell(
    async () => inbox.get(await seq('10')),
    () => untilDone(() => eraser.eraseSome('a', 5_000)),
    () => outbox.get(third),
  );
  await tell(
    () => forgetUser(eraser, '1'),
    () => contacts.byId('a', '1'),
    () => inbox.find('a', '9'),
    () => outbox.get(first.seq),
  );
  await tell(
    () => untilDone(() => eraser.pruneSome('a', 5_000)),
    () => inbox.find('a', '9'),
    () => depths.inbound('a'),
  );
  store.charges.note('a', 'event', 2);
  await tell(() => store.charges.since('a', 0));
  store.charges.note('a', 'event', 3);
  await tell(() => store.charges.since('a', 0));
  await store.facts.keep('a', 'colour', 'red');
  store.facts.save('a', 'size', '5');
  return told;
}
