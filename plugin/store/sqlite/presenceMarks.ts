import type { PresenceMarks } from '../../core/ports';
import type { StoreFile } from './database';

const factOf = { read: 'last read', typing: 'last typing' } as const;

/** When an account's customers last read a message and last typed, in SQLite. */
export function createPresenceMarks(store: StoreFile): PresenceMarks {
  const save = store.prepare(
    `INSERT INTO account_facts (account, fact, value) VALUES (?, ?, ?)
     ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value
       WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)`,
  );
  const read = store.prepare(`SELECT value FROM account_facts WHERE account = ? AND fact = ?`);
  const latest = (account: string, kind: keyof typeof factOf) => {
    const value = read.get(account, factOf[kind])?.['value'];
    return value === undefined ? undefined : Number(value);
  };
  return {
    save: (account, { kind, at }) => void save.run(account, factOf[kind], String(at)),
    latest: (account) => {
      const [readAt, typingAt] = [latest(account, 'read'), latest(account, 'typing')];
      return {
        ...(readAt === undefined ? {} : { readAt }),
        ...(typingAt === undefined ? {} : { typingAt }),
      };
    },
  };
}
