import type { Threads } from '../bridge/ports';
import { textOf, type StoreFile } from './database';

/** Which posts belong to which of the host's threads, in SQLite. */
export function createThreads(store: StoreFile, now: () => number): Threads {
  const save = store.prepare(
    `INSERT INTO threads (account, post_id, thread, author_id, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const authors = store.prepare(
    `SELECT author_id FROM threads WHERE account = ? AND seen_at >= ?
     GROUP BY author_id ORDER BY max(seen_at) DESC LIMIT ?`,
  );
  const read = store.prepare(`SELECT thread FROM threads WHERE account = ? AND post_id = ?`);
  return {
    save: (account, postId, thread, authorId) => void save.run(account, postId, thread, authorId, now()),
    recentAuthors: (account, since, most) =>
      authors.all(account, since, most).map((row) => textOf(row, 'author_id')),
    threadOf: (account, postId) => {
      const row = read.get(account, postId);
      return row && textOf(row, 'thread');
    },
  };
}
