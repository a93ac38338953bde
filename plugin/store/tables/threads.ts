import type { Async, Threads } from '../../core/ports';
import { textOf, type Sql } from '../sql';

type Table = Async<Threads>;

/** What writes nothing. */
export const threadsReads = [
  'threadOf',
  'newestPost',
  'isDeleted',
  'recentAuthors',
] satisfies (keyof Threads)[];

/** Which posts belong to which of the host's threads. */
export function createThreads(sql: Sql, now: () => number): Table {
  const save = sql.prepare(
    `INSERT INTO threads (account, post_id, thread, author_id, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const authors = sql.prepare(
    `SELECT author_id FROM threads WHERE account = ? AND seen_at >= ?
     GROUP BY author_id ORDER BY max(seen_at) DESC, author_id LIMIT ?`,
  );
  const read = sql.prepare(`SELECT thread FROM threads WHERE account = ? AND post_id = ?`);
  const newest = sql.prepare(
    `SELECT post_id FROM threads${sql.by('threads_posts')} WHERE account = ?1 AND thread = ?2 AND deleted = 0 AND author_id IS DISTINCT FROM ?3
     ORDER BY author_id = ?4 DESC, length(post_id) DESC, post_id DESC LIMIT 1`,
  );
  const mark = sql.prepare(`UPDATE threads SET deleted = 1 WHERE account = ? AND post_id = ?`);
  const deleted = sql.prepare(`SELECT deleted FROM threads WHERE account = ? AND post_id = ?`);
  return {
    newestPost: async (account, threadId, authorId, ownId) => {
      const row = await newest.get(account, threadId, ownId ?? null, authorId ?? null);
      return row && textOf(row, 'post_id');
    },
    markDeleted: (account, postId) => mark.run(account, postId),
    isDeleted: async (account, postId) => (await deleted.get(account, postId))?.['deleted'] === 1,
    save: (account, postId, thread, authorId) => save.run(account, postId, thread, authorId, now()),
    recentAuthors: async (account, since, most) =>
      (await authors.all(account, since, most)).map((row) => textOf(row, 'author_id')),
    threadOf: async (account, postId) => {
      const row = await read.get(account, postId);
      return row && textOf(row, 'thread');
    },
  };
}
