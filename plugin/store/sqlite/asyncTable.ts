import type { Async } from '../../core/ports';

type Method = (...parts: unknown[]) => unknown;

/** How the operations of a table are done. */
export interface Executor {
  read<T>(work: () => T): Promise<T>;
  write<T>(work: () => T): Promise<T>;
}

/** Within a transaction everything is done at once. */
export const withinTransaction: Executor = {
  read: (work) => new Promise((resolve) => resolve(work())),
  write: (work) => new Promise((resolve) => resolve(work())),
};

/** A table as it is called. @param reads the operations that write nothing */
export function asyncTable<Table extends object>(
  table: Table,
  reads: readonly (keyof Table)[],
  executor: Executor,
): Async<Table> {
  const isRead = (name: string) => (reads as readonly string[]).includes(name);
  const methods = Object.entries(table).map(([name, value]) => {
    const method = value as Method;
    const call: Method = (...parts) =>
      isRead(name) ? executor.read(() => method(...parts)) : executor.write(() => method(...parts));
    return [name, call];
  });
  return Object.fromEntries(methods) as Async<Table>;
}
