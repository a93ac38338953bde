import type { AccountFacts } from '../../core/ports';
import type { StoreFile } from './database';

/** What was learnt about an account and is worth keeping: its X user, the host's Map Key, how far X was read. */
export function createFacts(store: StoreFile): AccountFacts {
  const save = store.prepare(
    `INSERT INTO account_facts (account, fact, value) VALUES (?, ?, ?)
     ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value`,
  );
  const read = store.prepare(`SELECT value FROM account_facts WHERE account = ? AND fact = ?`);
  const forget = store.prepare(`DELETE FROM account_facts WHERE account = ? AND fact = ?`);
  return {
    save: (account, fact, value) => void save.run(account, fact, value),
    read: (account, fact) => {
      const value = read.get(account, fact)?.['value'];
      return typeof value === 'string' ? value : undefined;
    },
    forget: (account, fact) => void forget.run(account, fact),
  };
}
