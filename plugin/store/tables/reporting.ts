import type { MessageCount, Moment, Reporting } from '../../core/reporting';
import type { Async } from '../../core/ports';
import { textOf, type Row, type Sql } from '../sql';

type Table = Async<Reporting>;

const hour = 3_600_000;

/** What writes nothing. */
export const reportingReads = ['counts', 'moments', 'windowWaits'] satisfies (keyof Reporting)[];

/** Figures for reports. Our own notices to agents are no messages. */
export function createReporting(sql: Sql): Table {
  const incoming = sql.prepare(
    `SELECT received_at / ${hour} AS hour, 'in' AS direction, count(*) AS n, CASE
       WHEN state = 'failed' AND filtered IS NOT NULL THEN 'filtered'
       WHEN state = 'delivered' AND received_by = 'bot' THEN 'bot'
       WHEN state IN ('delivered', 'failed') THEN state ELSE 'waiting' END AS shown
     FROM inbox WHERE account = ? AND received_at >= ? AND received_at < ?
       AND message ->> 'notice' IS NULL AND received_by IS DISTINCT FROM 'nobody'
     GROUP BY hour, shown`,
  );
  const outgoing = sql.prepare(
    `SELECT created_at / ${hour} AS hour, count(*) AS n,
       CASE WHEN message ->> 'automatic' IS NULL THEN 'out' ELSE 'automatic' END AS direction,
       CASE WHEN state IN ('delivered', 'failed') THEN state ELSE 'waiting' END AS shown
     FROM outbox WHERE account = ? AND created_at >= ? AND created_at < ?
     GROUP BY hour, direction, shown`,
  );
  const moments = sql.prepare(
    `SELECT received_at AS at, substr(lane, length(account) + 2) AS conversation, 'customer' AS side
       FROM inbox WHERE account = ?1 AND received_at >= ?2 AND received_at < ?3 AND state = 'delivered'
         AND coalesce(received_by, '') NOT IN ('bot', 'nobody') AND message ->> 'notice' IS NULL
     UNION ALL
     SELECT coalesce(delivered_at, created_at), coalesce('post:' || (message -> 'publicReply' ->> 'thread'),
         'group:' || (message ->> 'groupId'), 'dm:' || recipient_id, ''), 'agent'
       FROM outbox WHERE account = ?1 AND created_at >= ?2 AND created_at < ?3 AND state = 'delivered'
         AND message ->> 'automatic' IS NULL
     ORDER BY at`,
  );
  const waits = sql.prepare(
    `SELECT created_at AS at, delivered_at - created_at AS waited FROM outbox
     WHERE account = ? AND created_at >= ? AND created_at < ? AND waited_for_window = 1
       AND delivered_at IS NOT NULL`,
  );
  return {
    counts: async (...range) =>
      [...(await incoming.all(...range)), ...(await outgoing.all(...range))].map(countOf),
    moments: async (...range) => (await moments.all(...range)).map(momentOf),
    windowWaits: async (...range) =>
      (await waits.all(...range)).map((row) => ({ at: Number(row['at']), waited: Number(row['waited']) })),
  };
}

function countOf(row: Row): MessageCount {
  return {
    hour: Number(row['hour']) * hour,
    direction: textOf(row, 'direction') as MessageCount['direction'],
    state: textOf(row, 'shown') as MessageCount['state'],
    count: Number(row['n']),
  };
}

function momentOf(row: Row): Moment {
  return {
    at: Number(row['at']),
    conversation: textOf(row, 'conversation'),
    side: textOf(row, 'side') as Moment['side'],
  };
}
