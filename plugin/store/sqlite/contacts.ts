import type { XProfile, XUser } from '../../core/messages';
import type { Contacts } from '../../core/ports';
import { textOf, type Query, type StoreFile } from './database';

/** What writes nothing. */
export const contactsReads = [
  'byId',
  'byUsername',
  'byMapValue',
  'mapValueOf',
  'interactionOf',
  'cardSentAt',
  'recentWriters',
  'wroteEncrypted',
  'everEncrypted',
] satisfies (keyof Contacts)[];

/** The people seen so far, in SQLite. */
export function createContacts(store: StoreFile): Contacts {
  return { ...people(store), ...ways(store), ...interactions(store), ...cards(store) };
}

type OfInteractions = 'saveInteraction' | 'interactionOf';

type OfWays = 'noteWay' | 'wroteEncrypted' | 'everEncrypted' | 'recentWriters';

/** How customers wrote in private. */
function ways(store: StoreFile): Pick<Contacts, OfWays> {
  const wrote = store.prepare(
    `UPDATE contacts SET wrote_at = max(wrote_at, ?1),
       wrote_encrypted = CASE WHEN wrote_at <= ?1 THEN ?2 ELSE wrote_encrypted END,
       ever_encrypted = max(ever_encrypted, ?2)
     WHERE account = ?3 AND x_user_id = ?4 AND (wrote_at <= ?1 OR ever_encrypted < ?2)`,
  );
  const way = store.prepare(
    `SELECT wrote_encrypted, ever_encrypted FROM contacts WHERE account = ? AND x_user_id = ?`,
  );
  const recent = store.prepare(
    `SELECT x_user_id FROM contacts INDEXED BY contacts_wrote_at WHERE account = ? AND wrote_at >= ?
     ORDER BY wrote_at DESC LIMIT ?`,
  );
  return {
    recentWriters: (account, since, most) =>
      recent.all(account, since, most).map((row) => textOf(row, 'x_user_id')),
    noteWay: (account, id, encrypted, at) => void wrote.run(at, Number(encrypted), account, id),
    wroteEncrypted: (account, id) => {
      const encrypted = way.get(account, id)?.['wrote_encrypted'];
      return typeof encrypted === 'number' ? encrypted === 1 : undefined;
    },
    everEncrypted: (account, id) => way.get(account, id)?.['ever_encrypted'] === 1,
  };
}

type OfCards = 'cardSentAt' | 'noteCardSent';

/** When the host last had what is known of a customer. */
function cards(store: StoreFile): Pick<Contacts, OfCards> {
  const read = store.prepare(`SELECT card_sent_at FROM contacts WHERE account = ? AND x_user_id = ?`);
  const note = store.prepare(`UPDATE contacts SET card_sent_at = ? WHERE account = ? AND x_user_id = ?`);
  return {
    cardSentAt: (account, id) => {
      const at = read.get(account, id)?.['card_sent_at'];
      return typeof at === 'number' ? at : undefined;
    },
    noteCardSent: (account, id, at) => void note.run(at, account, id),
  };
}

/** A handle has one holder; X gives it on when somebody lets go of it. So has a Map Key value. */
function taking(store: StoreFile, column: 'username' | 'map_value'): Query {
  return store.prepare(
    `UPDATE contacts INDEXED BY contacts_${column} SET ${column} = NULL WHERE account = ? AND ${column} = ? AND x_user_id <> ?`,
  );
}

function seeing(store: StoreFile): Contacts['see'] {
  const see = store.prepare(
    `INSERT INTO contacts (account, x_user_id, username, name, card, seen_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, x_user_id) DO UPDATE SET username = coalesce(excluded.username, username),
       name = coalesce(excluded.name, name), card = json_patch(card, excluded.card), seen_at = excluded.seen_at`,
  );
  const isKnown = store.prepare(
    `SELECT 1 FROM contacts WHERE account = ?1 AND x_user_id = ?2
       AND (?3 IS NULL OR username = ?3 COLLATE BINARY) AND (?4 IS NULL OR name = ?4)
       AND (?5 = '{}' OR json_patch(card, ?5) = card)`,
  );
  const takeHandle = taking(store, 'username');
  return (account, user, now) => {
    const { id, username = null, name = null, profile = {} } = user;
    const card = JSON.stringify(profile);
    // Nearly always known already, and reading is cheaper than writing.
    if (isKnown.get(account, id, username, name, card)) return;
    store.transaction(() => {
      if (username !== null) takeHandle.run(account, username, id);
      see.run(account, id, username, name, card, now);
    });
  };
}

function people(store: StoreFile): Omit<Contacts, OfInteractions | OfWays | OfCards> {
  const takeMapValue = taking(store, 'map_value');
  const saveMapValue = store.prepare(`UPDATE contacts SET map_value = ? WHERE account = ? AND x_user_id = ?`);
  const fields = 'x_user_id, username, name, card';
  const byId = store.prepare(`SELECT ${fields} FROM contacts WHERE account = ? AND x_user_id = ?`);
  // Left to itself, SQLite reads all contacts of the account.
  const find = (column: 'username' | 'map_value') =>
    store.prepare(
      `SELECT ${fields} FROM contacts INDEXED BY contacts_${column} WHERE account = ? AND ${column} = ?`,
    );
  const byUsername = find('username');
  const byMapValue = find('map_value');
  const mapValue = store.prepare(`SELECT map_value FROM contacts WHERE account = ? AND x_user_id = ?`);
  return {
    see: seeing(store),
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
    mapValueOf: (account, id) => {
      const value = mapValue.get(account, id)?.['map_value'];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

function interactions(store: StoreFile): Pick<Contacts, OfInteractions> {
  const save = store.prepare(
    `INSERT INTO interactions (account, x_user_id, thread, interaction_id) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, x_user_id, thread) DO UPDATE SET interaction_id = excluded.interaction_id`,
  );
  const read = store.prepare(
    `SELECT interaction_id FROM interactions WHERE account = ? AND x_user_id = ? AND thread = ?`,
  );
  const interactionOf = (account: string, id: string, thread = '') => {
    const row = read.get(account, id, thread);
    return row && textOf(row, 'interaction_id');
  };
  return {
    saveInteraction: (account, id, thread, interactionId) => {
      if (interactionOf(account, id, thread) !== interactionId)
        save.run(account, id, thread ?? '', interactionId);
    },
    interactionOf,
  };
}

function userOf(row: Record<string, unknown> | undefined): XUser | undefined {
  if (!row) return undefined;
  const { username, name } = row;
  const profile = JSON.parse(textOf(row, 'card')) as XProfile;
  return {
    id: textOf(row, 'x_user_id'),
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(Object.keys(profile).length > 0 ? { profile } : {}),
  };
}
