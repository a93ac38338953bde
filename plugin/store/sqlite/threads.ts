import type { Threads } from '../../core/ports';
import { textOf, type StoreFile } from './database';

/** What writes nothing. */
export const threadsReads = [
  'threadOf',
  'newestPost',
  'isDeleted',
  'recentAuthors',
] satisfies (keyof Threads)[];

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
  const newest = store.prepare(
    `SELECT post_id FROM threads INDEXED BY threads_posts WHERE account = ?1 AND thread = ?2 AND deleted = 0 AND author_id IS NOT ?3
     ORDER BY author_id = ?4 DESC, CAST(post_id AS INTEGER) DESC LIMIT 1`,
  );
  const mark = store.prepare(`UPDATE threads SET deleted = 1 WHERE account = ? AND post_id = ?`);
  const deleted = store.prepare(`SELECT deleted FROM threads WHERE account = ? AND post_id = ?`);
  return {
    newestPost: (account, threadId, authorId, ownId) => {
      const row = newest.get(account, threadId, ownId ?? null, authorId ?? null);
      return row && textOf(row, 'post_id');
    },
    markDeleted: (account, postId) => void mark.run(account, postId),
    isDeleted: (account, postId) => deleted.get(account, postId)?.['deleted'] === 1,
    save: (account, postId, thread, authorId) => void save.run(account, postId, thread, authorId, now()),
    recentAuthors: (account, since, most) =>
      authors.all(account, since, most).map((row) => textOf(row, 'author_id')),
    threadOf: (account, postId) => {
      const row = read.get(account, postId);
      return row && textOf(row, 'thread');
    },
  };
}
