/** Rows are counted as they change, so that /health costs the same with a million of them as with a thousand. */
const countedRows = ['inbox', 'outbox']
  .map((table) => {
    const kind = (row: string) =>
      `CASE WHEN ${row}.state IN ('received', 'delivering') THEN 'waiting'
        WHEN ${row}.state = 'delivered' THEN 'delivered'
        ${table === 'inbox' ? `WHEN ${row}.filtered IS NOT NULL THEN 'filtered'` : ''} ELSE 'failed' END`;
    const add = (row: string, by: number) =>
      `INSERT INTO row_counts (account, queue, kind, rows) VALUES (${row}.account, '${table}', ${kind(row)}, ${by})
         ON CONFLICT (account, queue, kind) DO UPDATE SET rows = rows + ${by};`;
    const changing = table === 'inbox' ? 'state, filtered' : 'state';
    return `
  INSERT INTO row_counts (account, queue, kind, rows)
    SELECT account, '${table}', ${kind('each')}, count(*) FROM ${table} AS each GROUP BY 1, 3;
  CREATE TRIGGER ${table}_row_added AFTER INSERT ON ${table} BEGIN ${add('new', 1)} END;
  CREATE TRIGGER ${table}_row_removed AFTER DELETE ON ${table} BEGIN ${add('old', -1)} END;
  CREATE TRIGGER ${table}_row_changed AFTER UPDATE OF ${changing} ON ${table}
    WHEN ${kind('old')} <> ${kind('new')} BEGIN ${add('old', -1)} ${add('new', 1)} END;`;
  })
  .join('\n');

/** The steps of the schema after 0.7.0. */
export const laterMigrations: string[] = [
  `
  ALTER TABLE outbox ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE outbox ADD COLUMN retried_at INTEGER;

  CREATE TABLE handed_over (
    lane TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  CREATE INDEX handed_over_bodies ON handed_over (lane, body_hash, at);
  CREATE INDEX handed_over_times ON handed_over (at);

  ALTER TABLE host_messages ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
  UPDATE host_messages SET at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
  CREATE INDEX host_messages_times ON host_messages (account, at);
  CREATE INDEX chat_messages_of ON chat_messages (inbox_seq);
  CREATE INDEX interactions_threads ON interactions (account, thread);

  UPDATE OR IGNORE chat_messages SET message_id = coalesce((
    SELECT json_extract(message, '$.conversation') || ' ' || json_extract(message, '$.sender.id') FROM inbox
    WHERE inbox.seq = inbox_seq), '') || ' ' || message_id;

  INSERT INTO account_facts (account, fact, value)
    SELECT account, 'last read', max(read_at) FROM presence_marks WHERE read_at IS NOT NULL GROUP BY account;
  INSERT INTO account_facts (account, fact, value)
    SELECT account, 'last typing', max(typing_at) FROM presence_marks WHERE typing_at IS NOT NULL GROUP BY account;
  DROP TABLE presence_marks;

  DROP INDEX inbox_kept;
  CREATE INDEX inbox_kept ON inbox (account, received_at) WHERE erased = 0 AND state IN ('delivered', 'failed');
  DROP INDEX outbox_kept;
  CREATE INDEX outbox_kept ON outbox (account, created_at) WHERE erased = 0 AND state IN ('delivered', 'failed');
  CREATE INDEX inbox_wordless ON inbox (account, received_at) WHERE erased = 1;
  CREATE INDEX outbox_wordless ON outbox (account, created_at) WHERE erased = 1;

  DROP INDEX inbox_postponed;
  CREATE INDEX inbox_postponed ON inbox (account, due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;
  DROP INDEX outbox_postponed;
  CREATE INDEX outbox_postponed ON outbox (account, due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;

  CREATE TABLE row_counts (
    account TEXT NOT NULL,
    queue TEXT NOT NULL,
    kind TEXT NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (account, queue, kind)
  ) WITHOUT ROWID;
  ${countedRows}
  `,
  `
  CREATE INDEX contacts_wrote_at ON contacts (account, wrote_at);
  ALTER TABLE chat_keys ADD COLUMN partner_version INTEGER;
  ALTER TABLE chat_keys ADD COLUMN untrusted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE chat_keys ADD COLUMN sequence TEXT;
  ALTER TABLE public_keys ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE public_keys ADD COLUMN seen_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE public_keys ADD COLUMN withdrawn_at INTEGER;
  ALTER TABLE chat_conversations ADD COLUMN ttl_ms INTEGER;
  ALTER TABLE chat_conversations ADD COLUMN last_inbox_seq INTEGER;
  ALTER TABLE chat_conversations ADD COLUMN last_inbox_at INTEGER;
  ALTER TABLE contacts ADD COLUMN ever_encrypted INTEGER NOT NULL DEFAULT 0;
  UPDATE contacts SET ever_encrypted = 1 WHERE wrote_encrypted = 1 OR (account, x_user_id) IN (
    SELECT account, substr(conversation_id, 1, instr(conversation_id, ':') - 1) FROM chat_conversations
    UNION SELECT account, substr(conversation_id, instr(conversation_id, ':') + 1) FROM chat_conversations);
  UPDATE chat_conversations SET last_inbox_seq = newest.seq, last_inbox_at = newest.received_at FROM (
    SELECT account, lane, max(seq) AS seq, received_at FROM inbox WHERE lane LIKE '% group:g%' GROUP BY lane) AS newest
  WHERE newest.lane = chat_conversations.account || ' group:' || conversation_id;

  CREATE TABLE chat_sent (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    outbox_seq INTEGER NOT NULL,
    sequence TEXT,
    replaced_by TEXT,
    PRIMARY KEY (account, message_id)
  ) WITHOUT ROWID;
  CREATE INDEX chat_sent_sequence ON chat_sent (account, sequence) WHERE sequence IS NOT NULL;
  CREATE INDEX chat_sent_of ON chat_sent (outbox_seq);

  CREATE TABLE chat_unread (
    inbox_seq INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL
  );
  CREATE INDEX chat_unread_of ON chat_unread (account, conversation_id);
  `,
  `
  ALTER TABLE inbox ADD COLUMN doubtful INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE outbox ADD COLUMN doubt_from INTEGER;
  ALTER TABLE outbox ADD COLUMN doubt_until INTEGER;
  `,
  `
  INSERT OR REPLACE INTO account_facts (account, fact, value)
    SELECT account, 'window closed until: ' || call, reset_at FROM rate_limit_windows WHERE remaining <= 0;
  DROP TABLE rate_limit_windows;
  `,
  `
  CREATE TABLE waiting_customers (
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    user_id TEXT NOT NULL,
    thread TEXT,
    interaction_id TEXT,
    since INTEGER NOT NULL,
    told_at INTEGER,
    told_position INTEGER,
    reported INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, conversation, user_id)
  ) WITHOUT ROWID;
  `,
  // What the bot said is no longer counted among a message's parts.
  `
  CREATE TEMP TABLE with_transcript AS
    SELECT seq, lane FROM inbox
      WHERE notified > 0 AND state <> 'delivered' AND json_extract(message, '$.notice') IS NULL AND EXISTS (
        SELECT 1 FROM bot_turns
          WHERE bot_turns.inbox_seq < inbox.seq AND inbox.lane = bot_turns.account || ' ' || bot_turns.conversation
      );
  UPDATE inbox SET notified = notified - 1 WHERE seq IN (SELECT seq FROM with_transcript);
  DELETE FROM bot_turns WHERE account || ' ' || conversation IN (SELECT lane FROM with_transcript);
  DROP TABLE with_transcript;
  `,
];
