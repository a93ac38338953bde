import type { PresenceMarks } from '../bridge/ports';
import type { StoreFile } from './database';

/** When customers read our messages and when they last typed, in SQLite. */
export function createPresenceMarks(store: StoreFile): PresenceMarks {
  const save = store.prepare(
    `INSERT INTO presence_marks (account, x_user_id, read_message_id, read_at, typing_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (account, x_user_id) DO UPDATE SET
       read_message_id = coalesce(excluded.read_message_id, read_message_id),
       read_at = coalesce(excluded.read_at, read_at),
       typing_at = coalesce(excluded.typing_at, typing_at)`,
  );
  const latest = store.prepare(
    `SELECT max(read_at) AS read_at, max(typing_at) AS typing_at FROM presence_marks WHERE account = ?`,
  );
  return {
    save: (account, { kind, userId, at, messageId }) => {
      const read = kind === 'read';
      save.run(account, userId, messageId ?? null, read ? at : null, read ? null : at);
    },
    latest: (account) => {
      const row = latest.get(account);
      const { read_at: readAt, typing_at: typingAt } = row ?? {};
      return {
        ...(typeof readAt === 'number' ? { readAt } : {}),
        ...(typeof typingAt === 'number' ? { typingAt } : {}),
      };
    },
  };
}
