import { textOf, type Sql } from '../sql';

/** What has not come to its end. */
export const waiting = `state IN ('received', 'delivering')`;

/** More than there are. */
const maxQueues = 1_000_000_000;

/**
 * The queues that have something to do, in their order: those behind `after`, at most `most` of them. It goes from one queue
 * to the next in the index, so that a queue of thousands of messages costs no more than a queue of one.
 */
export function waitingQueues(
  sql: Sql,
  table: 'inbox' | 'outbox',
): (after?: string, most?: number) => Promise<string[]> {
  const queueNames = sql.prepare(
    `WITH RECURSIVE each(lane) AS (
       SELECT min(lane) FROM ${table} WHERE ${waiting} AND lane > ?1
       UNION ALL
       SELECT (SELECT min(lane) FROM ${table} WHERE ${waiting} AND lane > each.lane) FROM each
         WHERE each.lane IS NOT NULL
     ) SELECT lane FROM each WHERE lane IS NOT NULL LIMIT ?2`,
  );
  return async (after = '', most = maxQueues) =>
    (await queueNames.all(after, most)).map((row) => textOf(row, 'lane'));
}
