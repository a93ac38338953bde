/** One step of the schema. */
export interface Migration {
  sql: string;
  /** Processes of a former version cannot go on working beside it, as they can where something is only added. */
  endsFormer?: boolean;
}

/**
 * Each entry takes the schema one version further; entries are never changed once released. Booleans are 0 or 1 and times
 * are milliseconds since 1970, as in SQLite. Names of queues are compared byte by byte.
 */
export const migrations: readonly Migration[] = [
  {
    sql: `
  CREATE TABLE inbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    lane TEXT COLLATE "C" NOT NULL,
    message JSON NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'delivering', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    attachments TEXT NOT NULL DEFAULT '[]',
    notified INTEGER NOT NULL DEFAULT 0,
    notifying_since BIGINT,
    reason TEXT,
    received_at BIGINT NOT NULL,
    place BIGINT NOT NULL,
    withheld INTEGER NOT NULL DEFAULT 0,
    filtered TEXT,
    received_by TEXT,
    delivered_at BIGINT,
    erased INTEGER NOT NULL DEFAULT 0,
    doubtful INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, message_id)
  );
  CREATE INDEX inbox_waiting ON inbox (lane, place, seq) WHERE state IN ('received', 'delivering');
  CREATE INDEX inbox_waiting_of ON inbox (account) WHERE state IN ('received', 'delivering');
  CREATE INDEX inbox_failed ON inbox (account) WHERE state = 'failed' AND filtered IS NULL;
  CREATE INDEX inbox_filtered ON inbox (account) WHERE state = 'failed' AND filtered IS NOT NULL;
  CREATE INDEX inbox_history ON inbox (account, received_at);
  CREATE INDEX inbox_kept ON inbox (account, received_at) WHERE erased = 0 AND state IN ('delivered', 'failed');
  CREATE INDEX inbox_wordless ON inbox (account, received_at) WHERE erased = 1;
  CREATE INDEX inbox_postponed ON inbox (account, due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;

  CREATE TABLE host_messages (
    account TEXT NOT NULL,
    host_message_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account, host_message_id)
  );
  CREATE INDEX host_messages_times ON host_messages (account, at);

  CREATE TABLE handed_over (
    lane TEXT COLLATE "C" NOT NULL,
    body_hash TEXT NOT NULL,
    at BIGINT NOT NULL
  );
  CREATE INDEX handed_over_bodies ON handed_over (lane, body_hash, at);
  CREATE INDEX handed_over_times ON handed_over (at);

  CREATE TABLE outbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT NOT NULL,
    lane TEXT COLLATE "C" NOT NULL,
    message JSON NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'delivering', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at BIGINT NOT NULL DEFAULT 0,
    recipient_id TEXT,
    sending_since BIGINT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    waited_for_window INTEGER NOT NULL DEFAULT 0,
    joined_to BIGINT,
    media TEXT NOT NULL DEFAULT '[]',
    sealed TEXT NOT NULL DEFAULT '[]',
    text_mark TEXT,
    delivered_at BIGINT,
    erased INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    retried_at BIGINT,
    doubt_from BIGINT,
    doubt_until BIGINT
  );
  CREATE INDEX outbox_waiting ON outbox (lane, seq) WHERE state IN ('received', 'delivering');
  CREATE INDEX outbox_waiting_of ON outbox (account) WHERE state IN ('received', 'delivering');
  CREATE INDEX outbox_failed ON outbox (account) WHERE state = 'failed';
  CREATE INDEX outbox_recent ON outbox (lane, created_at);
  CREATE INDEX outbox_joined ON outbox (joined_to) WHERE joined_to IS NOT NULL;
  CREATE INDEX outbox_history ON outbox (account, created_at);
  CREATE INDEX outbox_marked ON outbox (created_at) WHERE text_mark IS NOT NULL;
  CREATE INDEX outbox_kept ON outbox (account, created_at) WHERE erased = 0 AND state IN ('delivered', 'failed');
  CREATE INDEX outbox_wordless ON outbox (account, created_at) WHERE erased = 1;
  CREATE INDEX outbox_postponed ON outbox (account, due_at) WHERE state IN ('received', 'delivering') AND due_at > 0;

  CREATE TABLE sent_messages (
    account TEXT NOT NULL,
    x_id TEXT NOT NULL,
    outbox_seq BIGINT NOT NULL,
    PRIMARY KEY (account, x_id, outbox_seq)
  );
  CREATE INDEX sent_messages_of ON sent_messages (outbox_seq);

  CREATE TABLE contacts (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    username TEXT,
    name TEXT,
    map_value TEXT,
    seen_at BIGINT NOT NULL,
    wrote_at BIGINT NOT NULL DEFAULT 0,
    wrote_encrypted INTEGER,
    ever_encrypted INTEGER NOT NULL DEFAULT 0,
    card TEXT NOT NULL DEFAULT '{}',
    card_sent_at BIGINT,
    PRIMARY KEY (account, x_user_id)
  );
  CREATE INDEX contacts_username ON contacts (account, lower(username));
  CREATE INDEX contacts_map_value ON contacts (account, lower(map_value));
  CREATE INDEX contacts_wrote_at ON contacts (account, wrote_at);
  CREATE INDEX contacts_people ON contacts (x_user_id);

  CREATE TABLE interactions (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    thread TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    PRIMARY KEY (account, x_user_id, thread)
  );
  CREATE INDEX interactions_threads ON interactions (account, thread);

  CREATE TABLE threads (
    account TEXT NOT NULL,
    post_id TEXT NOT NULL,
    thread TEXT NOT NULL,
    author_id TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, post_id)
  );
  CREATE INDEX threads_authors ON threads (account, seen_at, author_id);
  CREATE INDEX threads_posts ON threads (account, thread);

  CREATE TABLE account_facts (
    account TEXT NOT NULL,
    fact TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (account, fact)
  );

  CREATE TABLE charges (
    account TEXT NOT NULL,
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (account, day, kind)
  );

  CREATE TABLE conversations (
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    customer_at BIGINT,
    received_at BIGINT,
    agent_at BIGINT,
    greeted_at BIGINT,
    told_closed TEXT,
    with_agents TEXT,
    bot_turns INTEGER NOT NULL DEFAULT 0,
    awaiting_since BIGINT,
    reminded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, conversation)
  );
  CREATE INDEX conversations_awaiting ON conversations (account, awaiting_since) WHERE awaiting_since IS NOT NULL;

  CREATE TABLE waiting_customers (
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    user_id TEXT NOT NULL,
    thread TEXT,
    interaction_id TEXT,
    since BIGINT NOT NULL,
    told_at BIGINT,
    told_position INTEGER,
    reported INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, conversation, user_id)
  );

  CREATE TABLE bot_turns (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    inbox_seq BIGINT NOT NULL,
    answers TEXT NOT NULL,
    at BIGINT NOT NULL
  );
  CREATE INDEX bot_turns_of ON bot_turns (account, conversation);

  CREATE TABLE chat_messages (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    inbox_seq BIGINT NOT NULL,
    sequence TEXT,
    PRIMARY KEY (account, message_id)
  );
  CREATE INDEX chat_messages_sequence ON chat_messages (account, sequence) WHERE sequence IS NOT NULL;
  CREATE INDEX chat_messages_of ON chat_messages (inbox_seq);

  CREATE TABLE chat_conversations (
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    token TEXT,
    last_sequence TEXT,
    ttl_ms BIGINT,
    last_inbox_seq BIGINT,
    last_inbox_at BIGINT,
    PRIMARY KEY (account, conversation_id)
  );

  CREATE TABLE chat_keys (
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    sealed_key TEXT NOT NULL,
    partner_version BIGINT,
    untrusted INTEGER NOT NULL DEFAULT 0,
    sequence TEXT,
    PRIMARY KEY (account, conversation_id, version)
  );

  CREATE TABLE public_keys (
    account TEXT NOT NULL,
    x_user_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    identity TEXT NOT NULL,
    signing TEXT NOT NULL,
    signature TEXT NOT NULL,
    replaces INTEGER NOT NULL DEFAULT 0,
    seen_at BIGINT NOT NULL DEFAULT 0,
    withdrawn_at BIGINT,
    PRIMARY KEY (account, x_user_id, version)
  );

  CREATE TABLE chat_sent (
    account TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    outbox_seq BIGINT NOT NULL,
    sequence TEXT,
    replaced_by TEXT,
    PRIMARY KEY (account, message_id)
  );
  CREATE INDEX chat_sent_sequence ON chat_sent (account, sequence) WHERE sequence IS NOT NULL;
  CREATE INDEX chat_sent_of ON chat_sent (outbox_seq);

  CREATE TABLE chat_unread (
    inbox_seq BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    conversation_id TEXT NOT NULL
  );
  CREATE INDEX chat_unread_of ON chat_unread (account, conversation_id, inbox_seq);

  CREATE TABLE commits (
    id TEXT PRIMARY KEY,
    is_void BOOLEAN NOT NULL DEFAULT false,
    at TIMESTAMPTZ NOT NULL DEFAULT now()
  );
  CREATE INDEX commits_times ON commits (at);

  CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    seen_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    expires_at TIMESTAMPTZ NOT NULL,
    standing JSON NOT NULL DEFAULT '{}',
    accounts JSON NOT NULL DEFAULT '[]'
  );

  CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT,
    epoch BIGINT NOT NULL DEFAULT 0
  );

  CREATE TABLE signals (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    target TEXT NOT NULL,
    body JSON NOT NULL,
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
  );
  CREATE INDEX signals_of ON signals (target, id);

  CREATE TABLE documents (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    version BIGINT NOT NULL
  );
  INSERT INTO documents (name, content, version) VALUES ('', '', 0), ('*', '', 0);
  `,
  },
];
