import type { XUser } from '../bridge/messages';
import type { Contacts } from '../bridge/ports';
import { textOf, type StoreFile } from './database';

/** The people seen so far, in SQLite. */
export function createContacts(store: StoreFile): Contacts {
  return { ...people(store), ...interactions(store) };
}

type OfInteractions = 'saveInteraction' | 'interactionOf';

function people(store: StoreFile): Omit<Contacts, OfInteractions> {
  const see = store.prepare(
    `INSERT INTO contacts (account, x_user_id, username, name, seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (account, x_user_id) DO UPDATE SET username = coalesce(excluded.username, username),
       name = coalesce(excluded.name, name), seen_at = excluded.seen_at`,
  );
  // A handle has one holder; X gives it on when somebody lets go of it. So has a Map Key value.
  const take = (column: 'username' | 'map_value') =>
    store.prepare(
      `UPDATE contacts SET ${column} = NULL WHERE account = ? AND ${column} = ? AND x_user_id <> ?`,
    );
  const takeHandle = take('username');
  const takeMapValue = take('map_value');
  const saveMapValue = store.prepare(`UPDATE contacts SET map_value = ? WHERE account = ? AND x_user_id = ?`);
  const find = (column: 'x_user_id' | 'username' | 'map_value') =>
    store.prepare(`SELECT x_user_id, username, name FROM contacts WHERE account = ? AND ${column} = ?`);
  const byId = find('x_user_id');
  const byUsername = find('username');
  const byMapValue = find('map_value');
  return {
    see: (account, user, now) =>
      store.transaction(() => {
        if (user.username !== undefined) takeHandle.run(account, user.username, user.id);
        see.run(account, user.id, user.username ?? null, user.name ?? null, now);
      }),
    byId: (account, id) => userOf(byId.get(account, id)),
    byUsername: (account, username) => userOf(byUsername.get(account, username)),
    saveMapValue: (account, id, value) => {
      // Nearly always known already; reading first saves a commit for each message.
      if (userOf(byMapValue.get(account, value))?.id === id) return;
      store.transaction(() => {
        takeMapValue.run(account, value, id);
        saveMapValue.run(value, account, id);
      });
    },
    byMapValue: (account, value) => userOf(byMapValue.get(account, value)),
  };
}

function interactions(store: StoreFile): Pick<Contacts, OfInteractions> {
  const save = store.prepare(`UPDATE contacts SET interaction_id = ? WHERE account = ? AND x_user_id = ?`);
  const read = store.prepare(`SELECT interaction_id FROM contacts WHERE account = ? AND x_user_id = ?`);
  const interactionOf = (account: string, id: string) => {
    const value = read.get(account, id)?.['interaction_id'];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    saveInteraction: (account, id, interactionId) => {
      if (interactionOf(account, id) !== interactionId) save.run(interactionId, account, id);
    },
    interactionOf,
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
