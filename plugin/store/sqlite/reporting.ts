import type { MessageCount, Moment, Reporting } from '../../core/reporting';
import { textOf, type StoreFile } from './database';

const hour = 3_600_000;

/** What writes nothing. */
export const reportingReads = ['counts', 'moments', 'windowWaits'] satisfies (keyof Reporting)[];

/** Figures for reports, in SQLite. Our own notices to agents are no messages. */
export function createReporting(store: StoreFile): Reporting {
  const incoming = store.prepare(
    `SELECT received_at / ${hour} AS hour, 'in' AS direction, count(*) AS n, CASE
       WHEN state = 'failed' AND filtered IS NOT NULL THEN 'filtered'
       WHEN state = 'delivered' AND received_by = 'bot' THEN 'bot'
       WHEN state IN ('delivered', 'failed') THEN state ELSE 'waiting' END AS shown
     FROM inbox WHERE account = ? AND received_at >= ? AND received_at < ?
       AND json_extract(message, '$.notice') IS NULL AND received_by IS NOT 'nobody'
     GROUP BY hour, shown`,
  );
  const outgoing = store.prepare(
    `SELECT created_at / ${hour} AS hour, count(*) AS n,
       CASE WHEN json_extract(message, '$.automatic') IS NULL THEN 'out' ELSE 'automatic' END AS direction,
       CASE WHEN state IN ('delivered', 'failed') THEN state ELSE 'waiting' END AS shown
     FROM outbox WHERE account = ? AND created_at >= ? AND created_at < ?
     GROUP BY hour, direction, shown`,
  );
  const moments = store.prepare(
    `SELECT received_at AS at, substr(lane, length(account) + 2) AS conversation, 'customer' AS side
       FROM inbox WHERE account = ?1 AND received_at >= ?2 AND received_at < ?3 AND state = 'delivered'
         AND coalesce(received_by, '') NOT IN ('bot', 'nobody') AND json_extract(message, '$.notice') IS NULL
     UNION ALL
     SELECT coalesce(delivered_at, created_at), coalesce('post:' || json_extract(message, '$.publicReply.thread'),
         'group:' || json_extract(message, '$.groupId'), 'dm:' || recipient_id, ''), 'agent'
       FROM outbox WHERE account = ?1 AND created_at >= ?2 AND created_at < ?3 AND state = 'delivered'
         AND json_extract(message, '$.automatic') IS NULL
     ORDER BY at`,
  );
  const waits = store.prepare(
    `SELECT created_at AS at, delivered_at - created_at AS waited FROM outbox
     WHERE account = ? AND created_at >= ? AND created_at < ? AND waited_for_window = 1
       AND delivered_at IS NOT NULL`,
  );
  return {
    counts: (...range) => [...incoming.all(...range), ...outgoing.all(...range)].map(countOf),
    moments: (...range) => moments.all(...range).map(momentOf),
    windowWaits: (...range) =>
      waits.all(...range).map((row) => ({ at: Number(row['at']), waited: Number(row['waited']) })),
  };
}

function countOf(row: Record<string, unknown>): MessageCount {
  return {
    hour: Number(row['hour']) * hour,
    direction: textOf(row, 'direction') as MessageCount['direction'],
    state: textOf(row, 'shown') as MessageCount['state'],
    count: Number(row['n']),
  };
}

function momentOf(row: Record<string, unknown>): Moment {
  return {
    at: Number(row['at']),
    conversation: textOf(row, 'conversation'),
    side: textOf(row, 'side') as Moment['side'],
  };
}
