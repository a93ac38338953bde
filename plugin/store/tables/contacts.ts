import type { XProfile, XUser } from '../../core/messages';
import type { Async, Contacts } from '../../core/ports';
import { jsonOf, optionalNumber, optionalText, textOf, type Query, type Row, type Sql } from '../sql';

type Table = Async<Contacts>;

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

/** The people seen so far. */
export function createContacts(sql: Sql): Table {
  return { ...people(sql), ...ways(sql), ...interactions(sql), ...cards(sql) };
}

type OfInteractions = 'saveInteraction' | 'interactionOf';

type OfWays = 'noteWay' | 'noteWayOfKnown' | 'wroteEncrypted' | 'everEncrypted' | 'recentWriters';

/** How customers wrote in private. */
function ways(sql: Sql): Pick<Table, OfWays> {
  const note = `UPDATE contacts SET wrote_at = CASE WHEN wrote_at <= ?1 THEN ?1 ELSE wrote_at END,
       wrote_encrypted = CASE WHEN wrote_at <= ?1 THEN ?2 ELSE wrote_encrypted END,
       ever_encrypted = CASE WHEN ever_encrypted < ?2 THEN ?2 ELSE ever_encrypted END
     WHERE account = ?3 AND x_user_id = ?4`;
  const wrote = sql.prepare(`${note} AND (wrote_at <= ?1 OR ever_encrypted < ?2)`);
  // The column's own comparison takes no notice of case.
  const wroteAsKnown = sql.prepare(`${note} AND username || '' = ?5 AND name = ?6 AND card = ?7`);
  const way = sql.prepare(
    `SELECT wrote_encrypted, ever_encrypted FROM contacts WHERE account = ? AND x_user_id = ?`,
  );
  const recent = sql.prepare(
    `SELECT x_user_id FROM contacts${sql.by('contacts_wrote_at')} WHERE account = ? AND wrote_at >= ?
     ORDER BY wrote_at DESC LIMIT ?`,
  );
  return {
    recentWriters: async (account, since, most) =>
      (await recent.all(account, since, most)).map((row) => textOf(row, 'x_user_id')),
    noteWay: (account, id, encrypted, at) => wrote.run(at, Number(encrypted), account, id),
    noteWayOfKnown: async (account, { id, username, name, profile = {} }, encrypted, at) =>
      username !== undefined &&
      name !== undefined &&
      (await wroteAsKnown.change(at, Number(encrypted), account, id, username, name, jsonOf(profile))) > 0,
    wroteEncrypted: async (account, id) => {
      const encrypted = (await way.get(account, id))?.['wrote_encrypted'];
      return typeof encrypted === 'number' ? encrypted === 1 : undefined;
    },
    everEncrypted: async (account, id) => (await way.get(account, id))?.['ever_encrypted'] === 1,
  };
}

type OfCards = 'cardSentAt' | 'noteCardSent';

/** When the host last had what is known of a customer. */
function cards(sql: Sql): Pick<Table, OfCards> {
  const read = sql.prepare(`SELECT card_sent_at FROM contacts WHERE account = ? AND x_user_id = ?`);
  const note = sql.prepare(`UPDATE contacts SET card_sent_at = ? WHERE account = ? AND x_user_id = ?`);
  return {
    cardSentAt: async (account, id) => optionalNumber((await read.get(account, id))?.['card_sent_at']),
    noteCardSent: (account, id, at) => note.run(at, account, id),
  };
}

type NameColumn = 'username' | 'map_value';

/** A handle has one holder; X gives it on when somebody lets go of it. So has a Map Key value. */
function taking(sql: Sql, column: NameColumn): Query {
  return sql.prepare(
    `UPDATE contacts${sql.by(`contacts_${column}`)} SET ${column} = NULL
     WHERE account = ? AND ${sql.isName(column, '?')} AND x_user_id <> ?`,
  );
}

const fields = 'x_user_id, username, name, card';

function seeing(sql: Sql): Table['see'] {
  const known = sql.prepare(`SELECT ${fields} FROM contacts WHERE account = ? AND x_user_id = ?`);
  const save = sql.prepare(
    `INSERT INTO contacts (account, x_user_id, username, name, card, seen_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (account, x_user_id) DO UPDATE SET username = coalesce(excluded.username, contacts.username),
       name = coalesce(excluded.name, contacts.name), card = excluded.card, seen_at = excluded.seen_at`,
  );
  const takeHandle = taking(sql, 'username');
  return async (account, { id, username, name, profile }, now) => {
    const before = userOf(await known.get(account, id));
    const card = { ...before?.profile, ...profile };
    const isKnown =
      before &&
      (username ?? before.username) === before.username &&
      (name ?? before.name) === before.name &&
      isSame(card, before.profile ?? {});
    // Nearly always known already, and reading is cheaper than writing.
    if (isKnown) return;
    if (username !== undefined) await takeHandle.run(account, username, id);
    await save.run(account, id, username ?? null, name ?? null, jsonOf(card), now);
  };
}

function isSame(one: XProfile, other: XProfile): boolean {
  return Object.entries(one).every(([name, value]) => other[name as keyof XProfile] === value);
}

function people(sql: Sql): Omit<Table, OfInteractions | OfWays | OfCards> {
  const takeMapValue = taking(sql, 'map_value');
  const saveMapValue = sql.prepare(`UPDATE contacts SET map_value = ? WHERE account = ? AND x_user_id = ?`);
  const byId = sql.prepare(`SELECT ${fields} FROM contacts WHERE account = ? AND x_user_id = ?`);
  const find = (column: NameColumn) => {
    // Left to itself, SQLite reads all contacts of the account.
    const query = sql.prepare(
      `SELECT ${fields} FROM contacts${sql.by(`contacts_${column}`)}
       WHERE account = ? AND ${sql.isName(column, '?')}`,
    );
    return async (account: string, name: string) => userOf(await query.get(account, name));
  };
  const byMapValue = find('map_value');
  const mapValue = sql.prepare(`SELECT map_value FROM contacts WHERE account = ? AND x_user_id = ?`);
  return {
    see: seeing(sql),
    byId: async (account, id) => userOf(await byId.get(account, id)),
    byUsername: find('username'),
    saveMapValue: async (account, id, value) => {
      // Nearly always known already; reading first saves a commit for each message.
      if ((await byMapValue(account, value))?.id === id) return;
      await takeMapValue.run(account, value, id);
      await saveMapValue.run(value, account, id);
    },
    byMapValue,
    mapValueOf: async (account, id) => optionalText((await mapValue.get(account, id))?.['map_value']),
  };
}

function interactions(sql: Sql): Pick<Table, OfInteractions> {
  const save = sql.prepare(
    `INSERT INTO interactions (account, x_user_id, thread, interaction_id) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, x_user_id, thread) DO UPDATE SET interaction_id = excluded.interaction_id`,
  );
  const read = sql.prepare(
    `SELECT interaction_id FROM interactions WHERE account = ? AND x_user_id = ? AND thread = ?`,
  );
  const interactionOf = async (account: string, id: string, thread = '') => {
    const row = await read.get(account, id, thread);
    return row && textOf(row, 'interaction_id');
  };
  return {
    saveInteraction: async (account, id, thread, interactionId) => {
      if ((await interactionOf(account, id, thread)) !== interactionId)
        await save.run(account, id, thread ?? '', interactionId);
    },
    interactionOf,
  };
}

function userOf(row: Row | undefined): XUser | undefined {
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
