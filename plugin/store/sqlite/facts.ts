import type { FactsTable } from '../../core/accountFacts';
import { textOf, type StoreFile } from './database';

/** What writes nothing. */
export const factsReads = ['all'] satisfies (keyof FactsTable)[];

/** What was learnt about an account and is worth keeping: its X user, Motion's Map Key, how far X was read. */
export function createFacts(store: StoreFile): FactsTable {
  const save = store.prepare(
    `INSERT INTO account_facts (account, fact, value) VALUES (?, ?, ?)
     ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value`,
  );
  const all = store.prepare(`SELECT account, fact, value FROM account_facts`);
  const forget = store.prepare(`DELETE FROM account_facts WHERE account = ? AND fact = ?`);
  return {
    all: () =>
      all.all().map((row) => ({
        account: textOf(row, 'account'),
        fact: textOf(row, 'fact'),
        value: textOf(row, 'value'),
      })),
    write: (changes) => {
      for (const { account, fact, value } of changes)
        if (value === undefined) forget.run(account, fact);
        else save.run(account, fact, value);
    },
  };
}
