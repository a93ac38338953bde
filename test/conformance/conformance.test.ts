import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { weightedLength } from '../../plugin/core/outbound/composePost';
import type { EventBatch } from '../../plugin/core/inbound/events';
import { parseJson } from '../../plugin/x/api/parseJson';
import { readProblem } from '../../plugin/x/api/readProblem';
import { readEnvelope } from '../../plugin/x/parse/readEnvelope';

/**
 * What X has published, as data: the sample events and errors of its documents (the page is named with each), and the cases of
 * twitter-text's conformance suite that count characters (validate.yml, Apache License 2.0).
 */
const read = (name: string): unknown => JSON.parse(readFileSync(join(__dirname, name), 'utf8'));

interface SampleEvent {
  page: string;
  title?: string;
  body: Record<string, unknown> & { data?: { event_type: string } };
}

const events = read('x-events.json') as SampleEvent[];
const kindOf = ({ body }: SampleEvent) => body.data?.event_type ?? Object.keys(body).at(1) ?? 'user_event';
const now = 1_800_000_000_000;

/** What each kind comes to; all others are counted, and let go. */
const expected: Record<string, (batch: EventBatch) => unknown> = {
  'dm.received': ({ messages }) => messages[0]?.text,
  'dm.sent': ({ own }) => own.length,
  'post.mention.create': ({ messages }) => messages[0]?.post,
  'post.reply.create': ({ messages }) => messages[0]?.post,
  'post.quote.create': ({ messages }) => messages[0]?.post?.relatesTo,
  'post.delete': ({ deletedPosts }) => deletedPosts[0],
  'chat.received': ({ encrypted }) => encrypted[0]?.closed,
  'chat.sent': ({ encrypted }) => encrypted[0]?.closed,
  'oauth.revoke': ({ revoked }) => revoked,
  user_event: ({ revoked }) => revoked,
  direct_message_events: ({ messages }) => messages[0]?.text,
  direct_message_indicate_typing_events: ({ marks }) => marks[0]?.kind === 'typing',
  direct_message_mark_read_events: ({ marks }) => marks[0]?.kind === 'read',
  tweet_delete_events: ({ deletedPosts }) => deletedPosts[0],
};

test.each(events.map((each) => [`${kindOf(each)} (${each.page})`, each] as const))(
  'the published event %s is understood',
  (_, sample) => {
    const [batch, ...others] = readEnvelope(parseJson(JSON.stringify(sample.body)), now);
    expect(others).toEqual([]);
    expect(batch?.malformed).toEqual([]);
    const taken = expected[kindOf(sample)];
    if (taken) expect(taken(batch!)).toBeTruthy();
    else expect(batch?.others).toEqual({ [kindOf(sample)]: 1 });
  },
);

test('no kind is looked for that has no published sample', () => {
  const shown = new Set(events.map(kindOf));
  expect(Object.keys(expected).filter((kind) => !shown.has(kind))).toEqual([]);
});

const errors = read('x-errors.json') as { page: string; body: Record<string, unknown> }[];

test.each(errors.map(({ page, body }) => [page, body] as const))(
  "X's words are found in the error published in %s",
  (_, body) => {
    const words = JSON.stringify(body);
    const { detail, code } = readProblem(body);
    expect(detail).not.toBe('');
    expect(words).toContain(detail);
    expect(code).toBe(words.includes('"code":88') ? 88 : undefined);
  },
);

interface Counted {
  suite: string;
  description: string;
  text: string;
  weightedLength: number;
}

const cases = read('counting.json') as Counted[];
/** X counts an emoji as two characters; the suite has some cases once more as they were counted before. */
const current = cases.filter(
  ({ suite, description }) =>
    suite !== 'WeightedTweetsCounterTest' ||
    !cases.some((each) => each.suite.includes('Discounted') && each.description === description),
);

test.each(current.map((each) => [each.description, each] as const))(
  'counted as X does: %s',
  (_, { text, weightedLength: length }) => {
    expect(weightedLength(text)).toBe(length);
  },
);
