import type { FactsTable } from '../../core/accountFacts';
import type { Async } from '../../core/ports';
import { textOf, type Sql } from '../sql';

type Table = Async<FactsTable>;

/** What writes nothing. */
export const factsReads = ['all'] satisfies (keyof FactsTable)[];

/** What was learnt about an account and is worth keeping: its X user, Motion's Map Key, how far X was read. */
export function createFacts(sql: Sql): Table {
  const save = sql.prepare(
    `INSERT INTO account_facts (account, fact, value) VALUES (?, ?, ?)
     ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value`,
  );
  const all = sql.prepare(`SELECT account, fact, value FROM account_facts`);
  const forget = sql.prepare(`DELETE FROM account_facts WHERE account = ? AND fact = ?`);
  return {
    all: async () =>
      (await all.all()).map((row) => ({
        account: textOf(row, 'account'),
        fact: textOf(row, 'fact'),
        value: textOf(row, 'value'),
      })),
    write: async (changes) => {
      for (const { account, fact, value } of changes)
        if (value === undefined) await forget.run(account, fact);
        else await save.run(account, fact, value);
    },
  };
}
