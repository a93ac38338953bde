import { textOf, type StoreFile } from './database';

const waiting = `state IN ('received', 'delivering')`;

/**
 * The lanes that have something to do. It goes from one lane to the next in the index, so that a lane of thousands of
 * messages costs no more than a lane of one.
 */
export function waitingLanes(store: StoreFile, table: 'inbox' | 'outbox'): () => string[] {
  const lanes = store.prepare(
    `WITH RECURSIVE each(lane) AS (
       SELECT min(lane) FROM ${table} WHERE ${waiting}
       UNION ALL
       SELECT (SELECT min(lane) FROM ${table} WHERE ${waiting} AND lane > each.lane) FROM each
         WHERE each.lane IS NOT NULL
     ) SELECT lane FROM each WHERE lane IS NOT NULL`,
  );
  return () => lanes.all().map((row) => textOf(row, 'lane'));
}
