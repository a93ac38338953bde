import { laterMigrations } from './laterMigrations';

/** Each entry takes the schema one version further; entries are never changed once released. */
export const migrations: string[] = [
  `
  CREATE TABLE inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    lane TEXT NOT NULL,
    message TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'delivering', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    attachments TEXT NOT NULL DEFAULT '[]',
    notified INTEGER NOT NULL DEFAULT 0,
    notifying_since INTEGER,
    reason TEXT,
    received_at INTEGER NOT NULL,
    UNIQUE (account, message_id)
  );
  CREATE INDEX inbox_waiting ON inbox (lane, seq) WHERE state IN ('received', 'delivering');
  CREATE INDEX inbox_failed ON inbox (account) WHERE state = 'failed';

  CREATE TABLE host_messages (
    account TEXT NOT NULL,
    host_message_id TEXT NOT NULL,
    PRIMARY KEY (account, host_message_id)
  ) WITHOUT ROWID;

  CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    lane TEXT NOT NULL,
    message TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'delivering', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    recipient_id TEXT,
    media_id TEXT,
    media_uploaded_at INTEGER,
    sending_since INTEGER,
    reason TEXT,
    created_at INTEGER NOT NULL
  );
  CREATE INDEX outbox_waiting ON outbox (lane, seq) WHERE state IN ('received', 'delivering');
  CREATE INDEX outbox_failed ON outbox (account) WHERE state = 'failed';

  CREATE TABLE sent_messages (
    account TEXT NOT NULL,
    x_id TEXT NOT NULL,
    outbox_seq INTEGER NOT NULL,
    PRIMARY KEY (account, x_id)
  ) WITHOUT ROWID;
  CREATE INDEX sent_messages_of ON sent_messages (outbox_seq);

  CREATE TABLE contacts (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    username TEXT COLLATE NOCASE,
    name TEXT,
    map_value TEXT COLLATE NOCASE,
    interaction_id TEXT,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, x_user_id)
  ) WITHOUT ROWID;
  CREATE INDEX contacts_username ON contacts (account, username);
  CREATE INDEX contacts_map_value ON contacts (account, map_value);

  CREATE TABLE rate_limit_windows (
    account TEXT NOT NULL,
    call TEXT NOT NULL,
    remaining INTEGER NOT NULL,
    reset_at INTEGER NOT NULL,
    PRIMARY KEY (account, call)
  ) WITHOUT ROWID;

  CREATE TABLE account_facts (
    account TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, fact)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE inbox ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
  UPDATE inbox SET place = seq;
  ALTER TABLE inbox ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0;
  DROP INDEX inbox_waiting;
  CREATE INDEX inbox_waiting ON inbox (lane, place, seq) WHERE state IN ('received', 'delivering');

  CREATE TABLE interactions (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    thread TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    PRIMARY KEY (account, x_user_id, thread)
  ) WITHOUT ROWID;
  INSERT INTO interactions (account, x_user_id, thread, interaction_id)
    SELECT account, x_user_id, '', interaction_id FROM contacts WHERE interaction_id IS NOT NULL;
  ALTER TABLE contacts DROP COLUMN interaction_id;

  CREATE TABLE threads (
    account TEXT NOT NULL,
    post_id TEXT NOT NULL,
    thread TEXT NOT NULL,
    author_id TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (account, post_id)
  ) WITHOUT ROWID;
  CREATE INDEX threads_authors ON threads (account, seen_at, author_id);

  CREATE TABLE presence_marks (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    read_message_id TEXT,
    read_at INTEGER,
    typing_at INTEGER,
    PRIMARY KEY (account, x_user_id)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE threads ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX threads_posts ON threads (account, thread);
  CREATE INDEX outbox_recent ON outbox (lane, created_at);

  ALTER TABLE outbox ADD COLUMN waited_for_window INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE outbox ADD COLUMN joined_to INTEGER;
  CREATE INDEX outbox_joined ON outbox (joined_to) WHERE joined_to IS NOT NULL;
  CREATE TABLE messages_sent (
    account TEXT NOT NULL,
    x_id TEXT NOT NULL,
    outbox_seq INTEGER NOT NULL,
    PRIMARY KEY (account, x_id, outbox_seq)
  ) WITHOUT ROWID;
  INSERT INTO messages_sent (account, x_id, outbox_seq) SELECT account, x_id, outbox_seq FROM sent_messages;
  DROP TABLE sent_messages;
  ALTER TABLE messages_sent RENAME TO sent_messages;
  CREATE INDEX sent_messages_of ON sent_messages (outbox_seq);

  ALTER TABLE outbox ADD COLUMN media TEXT NOT NULL DEFAULT '[]';
  UPDATE outbox SET media = json_array(json_object('id', media_id, 'kind', 'image', 'at', media_uploaded_at))
    WHERE media_id IS NOT NULL;
  ALTER TABLE outbox DROP COLUMN media_id;
  ALTER TABLE outbox DROP COLUMN media_uploaded_at;
  UPDATE outbox SET message = json_set(json_remove(message, '$.attachmentId'), '$.attachmentIds',
    CASE WHEN json_extract(message, '$.attachmentId') IS NULL THEN json_array()
      ELSE json_array(json_extract(message, '$.attachmentId')) END);
  `,
  `
  CREATE TABLE charges (
    account TEXT NOT NULL,
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (account, day, kind)
  ) WITHOUT ROWID;
  CREATE INDEX inbox_history ON inbox (account, received_at);
  CREATE INDEX outbox_history ON outbox (account, created_at);
  `,
  `
  ALTER TABLE contacts ADD COLUMN wrote_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE contacts ADD COLUMN wrote_encrypted INTEGER;
  ALTER TABLE outbox ADD COLUMN sealed TEXT NOT NULL DEFAULT '[]';
  ALTER TABLE outbox ADD COLUMN text_mark TEXT;
  CREATE INDEX outbox_marked ON outbox (created_at) WHERE text_mark IS NOT NULL;

  CREATE TABLE chat_messages (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    inbox_seq INTEGER NOT NULL,
    PRIMARY KEY (account, message_id)
  ) WITHOUT ROWID;

  CREATE TABLE chat_conversations (
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    token TEXT,
    last_sequence TEXT,
    PRIMARY KEY (account, conversation_id)
  ) WITHOUT ROWID;

  CREATE TABLE chat_keys (
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    sealed_key TEXT NOT NULL,
    PRIMARY KEY (account, conversation_id, version)
  ) WITHOUT ROWID;

  CREATE TABLE public_keys (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    identity TEXT NOT NULL,
    signing TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (account, x_user_id, version)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE inbox ADD COLUMN filtered TEXT;
  ALTER TABLE inbox ADD COLUMN received_by TEXT;
  ALTER TABLE inbox ADD COLUMN delivered_at INTEGER;
  ALTER TABLE inbox ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
  DROP INDEX inbox_failed;
  CREATE INDEX inbox_failed ON inbox (account) WHERE state = 'failed' AND filtered IS NULL;
  CREATE INDEX inbox_filtered ON inbox (account) WHERE state = 'failed' AND filtered IS NOT NULL;
  CREATE INDEX inbox_kept ON inbox (account, received_at)
    WHERE erased = 0 AND (state = 'delivered' OR (state = 'failed' AND filtered IS NOT NULL));

  ALTER TABLE outbox ADD COLUMN delivered_at INTEGER;
  ALTER TABLE outbox ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX outbox_kept ON outbox (account, created_at) WHERE erased = 0 AND state = 'delivered';

  ALTER TABLE chat_messages ADD COLUMN sequence TEXT;
  CREATE INDEX chat_messages_sequence ON chat_messages (account, sequence) WHERE sequence IS NOT NULL;

  ALTER TABLE contacts ADD COLUMN card TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE contacts ADD COLUMN card_sent_at INTEGER;

  CREATE TABLE conversations (
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    customer_at INTEGER,
    received_at INTEGER,
    agent_at INTEGER,
    greeted_at INTEGER,
    told_closed TEXT,
    with_agents TEXT,
    bot_turns INTEGER NOT NULL DEFAULT 0,
    awaiting_since INTEGER,
    reminded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, conversation)
  ) WITHOUT ROWID;
  CREATE INDEX conversations_awaiting ON conversations (account, awaiting_since)
    WHERE awaiting_since IS NOT NULL;

  CREATE TABLE bot_turns (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    inbox_seq INTEGER NOT NULL,
    answers TEXT NOT NULL,
    at INTEGER NOT NULL
  );
  CREATE INDEX bot_turns_of ON bot_turns (account, conversation);
  `,
  `
  CREATE INDEX inbox_postponed ON inbox (due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;
  CREATE INDEX outbox_postponed ON outbox (due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;
  `,
  ...laterMigrations,
];
