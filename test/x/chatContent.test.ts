import { readContent } from '../../plugin/x/chat/content';

/** What is made of events that no library in a test can write. */

const at = Date.UTC(2026, 10, 27, 9, 10);
const message = (more: object) =>
  readContent({
    type: 'message',
    id: 'an id',
    senderId: '2',
    conversationId: '1:2',
    verified: true,
    keyVersion: '5',
    createdAtMsec: at,
    ...more,
  });
const opened = (more: object) => {
  const content = message(more);
  if (content.kind !== 'content') throw new Error(content.kind);
  return content.opened;
};

test('calls, screenshots and pins come without a name: one notice an hour', () => {
  const unknown = { content: { content_type: 'unknown', type_id: null } };
  const first = opened(unknown);
  expect(first).toMatchObject({ kind: 'notice', words: expect.stringMatching(/perhaps a call/) as string });
  expect(opened({ ...unknown, createdAtMsec: at + 49 * 60_000 })).toEqual(first);
  expect(opened({ ...unknown, createdAtMsec: at + 51 * 60_000 })).not.toEqual(first);
});

test('a message that was forwarded is shown as one', () => {
  const content = { content_type: 'text', text: 'look', forwarded_message: { messageText: 'two\nlines' } };
  expect(opened({ content })).toMatchObject({ text: '[forwarded by the customer]\n> two\n> lines\nlook' });
});

test('files are found beside the attachments too, each once', () => {
  const content = { content_type: 'text', text: '' };
  const attachments = [{ attachment_type: 'media', mediaHashKey: 'aaa', mediaType: 'image' }];
  const mediaHashes = [
    { source: 'media', mediaHashKey: 'aaa' },
    { source: 'media', mediaHashKey: 'bbb' },
  ];
  expect(opened({ content, attachments, mediaHashes })).toMatchObject({
    media: [
      { kind: 'photo', sealed: { hashKey: 'aaa', keyVersion: '5' } },
      { kind: 'file', sealed: { hashKey: 'bbb', keyVersion: '5' } },
    ],
  });
});

test.each([
  ['recipientKeyChanged', true, /keys have changed/],
  ['nonLatestKeyVersion', true, /newer key/],
  ['senderNotGroupMember', false, /no longer in the group/],
  ['somethingNew', false, /no reason that is known here/],
])('a failure for %s', (failure, ofKey, why) => {
  const event = { type: 'failure', id: 'ours', senderId: '1', conversationId: '1:2', failure };
  expect(readContent(event)).toMatchObject({
    kind: 'failure',
    id: 'ours',
    ofKey,
    why: expect.stringMatching(why) as string,
  });
});

test('somebody leaves a group', () => {
  const change = { change_type: 'membersRemoved', member_ids: ['7'] };
  expect(message({ type: 'groupChange', change })).toMatchObject({
    opened: { kind: 'members', joined: false, userIds: ['7'] },
  });
});
