import { copiedTables, type CopiedTable, type StoreEnd } from './storeEnd';

/**
 * Copies a store into an empty one, all or nothing.
 * @param tell hears how far it is
 * @returns how many rows there are @throws Error in words: the target is not empty, or has not all rows in the end
 */
export async function copyStore(
  from: StoreEnd,
  to: StoreEnd,
  tell: (table: CopiedTable, done: number, all: number) => void,
): Promise<number> {
  let there = 0;
  for (const table of copiedTables) there += await from.count(table);
  if (there === 0) throw new Error('the source is empty: check where the store is; nothing was copied');
  for (const table of copiedTables)
    if ((await to.count(table)) > 0)
      throw new Error(`the target is not empty (${table} has rows): nothing was copied`);
  let total = 0;
  await to.fill(async (insert) => {
    for (const table of copiedTables) {
      const columns = await commonColumns(table, from, to);
      const all = await from.count(table);
      let done = 0;
      for await (const rows of from.rows(table)) {
        await insert(table, columns, rows);
        done += rows.length;
        tell(table, done, all);
      }
      const arrived = await to.count(table);
      if (arrived !== all || done !== all)
        throw new Error(`${table}: ${all} rows there, ${arrived} here: nothing was copied`);
      total += all;
    }
  });
  return total;
}

async function commonColumns(table: CopiedTable, from: StoreEnd, to: StoreEnd): Promise<string[]> {
  const [there, here] = [await from.columns(table), await to.columns(table)];
  const missing = there.filter((column) => !here.includes(column));
  if (missing.length > 0) throw new Error(`${table}: the target does not know ${missing.join(', ')}`);
  return there;
}
