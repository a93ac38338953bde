import type { StoreFile } from './database';

interface Pending<T, R> {
  items: T[];
  resolve: (results: R[]) => void;
  reject: (error: unknown) => void;
}

/**
 * Gathers what arrives in one turn of the event loop into one durable commit, because the flush to disk is
 * what costs. Everybody hears after the commit; when it fails everybody hears that nothing was kept.
 */
export function groupCommit<T, R>(store: StoreFile, write: (item: T) => R): (items: T[]) => Promise<R[]> {
  let pending: Pending<T, R>[] = [];

  const flush = () => {
    const batch = pending;
    pending = [];
    try {
      const results = store.transaction(() => batch.map(({ items }) => items.map(write)));
      batch.forEach((each, index) => each.resolve(results[index] ?? []));
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  };

  return (items) => {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      pending.push({ items, resolve, reject });
      if (pending.length === 1) setImmediate(flush);
    });
  };
}
