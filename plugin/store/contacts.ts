import type { XUser } from '../bridge/messages';
import type { Contacts } from '../bridge/ports';
import { textOf, type StoreFile } from './database';

/** The people seen so far, in SQLite. */
export function createContacts(store: StoreFile): Contacts {
  const see = store.prepare(
    `INSERT INTO contacts (account, x_user_id, username, name, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (account, x_user_id) DO UPDATE SET username = coalesce(excluded.username, username),
       name = coalesce(excluded.name, name), seen_at = excluded.seen_at`,
  );
  // A handle has one holder; X gives it on when somebody lets go of it.
  const takeHandle = store.prepare(
    `UPDATE contacts SET username = NULL WHERE account = ? AND username = ? AND x_user_id <> ?`,
  );
  const saveMapValue = store.prepare(`UPDATE contacts SET map_value = ? WHERE account = ? AND x_user_id = ?`);
  const takeMapValue = store.prepare(
    `UPDATE contacts SET map_value = NULL WHERE account = ? AND map_value = ? AND x_user_id <> ?`,
  );
  const saveInteraction = store.prepare(
    `UPDATE contacts SET interaction_id = ? WHERE account = ? AND x_user_id = ?`,
  );
  const find = (column: 'x_user_id' | 'username' | 'map_value') =>
    store.prepare(`SELECT x_user_id, username, name FROM contacts WHERE account = ? AND ${column} = ?`);
  const byId = find('x_user_id');
  const byUsername = find('username');
  const byMapValue = find('map_value');
  const interaction = store.prepare(
    `SELECT interaction_id FROM contacts WHERE account = ? AND x_user_id = ?`,
  );
  return {
    see: (account, user, now) =>
      store.transaction(() => {
        if (user.username !== undefined) takeHandle.run(account, user.username, user.id);
        see.run(account, user.id, user.username ?? null, user.name ?? null, now);
      }),
    byId: (account, id) => userOf(byId.get(account, id)),
    byUsername: (account, username) => userOf(byUsername.get(account, username)),
    saveMapValue: (account, id, value) =>
      store.transaction(() => {
        takeMapValue.run(account, value, id);
        saveMapValue.run(value, account, id);
      }),
    byMapValue: (account, value) => userOf(byMapValue.get(account, value)),
    saveInteraction: (account, id, interactionId) => void saveInteraction.run(interactionId, account, id),
    interactionOf: (account, id) => {
      const value = interaction.get(account, id)?.['interaction_id'];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function userOf(row: Record<string, unknown> | undefined): XUser | undefined {
  if (!row) return undefined;
  const { username, name } = row;
  return {
    id: textOf(row, 'x_user_id'),
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof name === 'string' ? { name } : {}),
  };
}
