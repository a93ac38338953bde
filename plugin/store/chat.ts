import type { ChatStore, ChatWriter } from '../bridge/chat';
import { textOf, type StoreFile } from './database';

/** What is kept of encrypted chat, in SQLite. Versions are numbers of up to 19 digits: they travel as text. */
export function createChatStore(store: StoreFile): ChatStore {
  return { ...messages(store), ...conversationKeys(store), ...personKeys(store) };
}

/** Senders choose their messages' ids, so an id counts for one sender in one conversation only. */
const scopedId = ({ conversation, senderId }: ChatWriter, id: string) => `${conversation} ${senderId} ${id}`;

type OfMessages = 'claim' | 'rowsOf' | 'saveConversation' | 'conversation';

function messages(store: StoreFile): Pick<ChatStore, OfMessages> {
  const claim = store.prepare(
    `INSERT INTO chat_messages (account, message_id, inbox_seq, sequence) VALUES (?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const holder = store.prepare(`SELECT inbox_seq FROM chat_messages WHERE account = ? AND message_id = ?`);
  const rows = store.prepare(
    `SELECT inbox_seq FROM chat_messages WHERE account = ?1 AND message_id = ?2
     UNION SELECT inbox_seq FROM chat_messages INDEXED BY chat_messages_sequence WHERE account = ?1 AND sequence = ?3`,
  );
  const save = store.prepare(
    `INSERT INTO chat_conversations (account, conversation_id, token, last_sequence) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, conversation_id) DO UPDATE SET token = coalesce(excluded.token, token),
       last_sequence = coalesce(excluded.last_sequence, last_sequence)`,
  );
  const read = store.prepare(
    `SELECT token, last_sequence FROM chat_conversations WHERE account = ? AND conversation_id = ?`,
  );
  const conversation: ChatStore['conversation'] = (account, id) => {
    const row = read.get(account, id);
    return { token: optionalText(row?.['token']), lastSequence: optionalText(row?.['last_sequence']) };
  };
  return {
    claim: (writer, messageId, seq, sequence) => {
      const scoped = scopedId(writer, messageId);
      if (Number(holder.get(writer.account, scoped)?.['inbox_seq'] ?? seq) !== seq) return false;
      claim.run(writer.account, scoped, seq, sequence ?? null);
      return true;
    },
    rowsOf: (writer, id) =>
      rows.all(writer.account, scopedId(writer, id), id).map((row) => Number(row['inbox_seq'])),
    saveConversation: (account, id, { token, lastSequence }) => {
      const before = conversation(account, id);
      // Nearly always known already; reading first saves a commit for each message.
      if ((token ?? before.token) === before.token && lastSequence === undefined) return;
      save.run(account, id, token ?? null, lastSequence ?? null);
    },
    conversation,
  };
}

function conversationKeys(store: StoreFile): Pick<ChatStore, 'saveKey' | 'keys' | 'forgetKeys'> {
  const forget = store.prepare(`DELETE FROM chat_keys WHERE account = ?`);
  const save = store.prepare(
    `INSERT INTO chat_keys (account, conversation_id, version, sealed_key, partner_version)
     VALUES (?, ?, CAST(? AS INTEGER), ?, CAST(? AS INTEGER))
     ON CONFLICT DO UPDATE SET sealed_key = excluded.sealed_key,
       partner_version = coalesce(excluded.partner_version, partner_version)`,
  );
  const read = store.prepare(
    `SELECT CAST(version AS TEXT) AS version, sealed_key, CAST(partner_version AS TEXT) AS partner_version
     FROM chat_keys
     WHERE account = ? AND conversation_id = ? ORDER BY chat_keys.version DESC`,
  );
  const keys: ChatStore['keys'] = (account, id) =>
    read.all(account, id).map((row) => {
      const partnerVersion = optionalText(row['partner_version']);
      return {
        version: textOf(row, 'version'),
        sealedKey: textOf(row, 'sealed_key'),
        ...(partnerVersion === undefined ? {} : { partnerVersion }),
      };
    });
  return {
    keys,
    forgetKeys: (account) => void forget.run(account),
    saveKey: (account, id, { version, sealedKey, partnerVersion }) => {
      const known = keys(account, id).find((each) => each.version === version);
      if (known?.sealedKey === sealedKey && known.partnerVersion === partnerVersion) return;
      save.run(account, id, version, sealedKey, partnerVersion ?? null);
    },
  };
}

function personKeys(store: StoreFile): Pick<ChatStore, 'savePersonKeys' | 'personKeys'> {
  const save = store.prepare(
    `INSERT INTO public_keys (account, x_user_id, version, identity, signing, signature)
     VALUES (?, ?, CAST(? AS INTEGER), ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const read = store.prepare(
    `SELECT CAST(version AS TEXT) AS version, identity, signing, signature FROM public_keys
     WHERE account = ? AND x_user_id = ? ORDER BY public_keys.version DESC`,
  );
  return {
    savePersonKeys: (account, userId, { version, identity, signing, signature }) =>
      void save.run(account, userId, version, identity, signing, signature),
    personKeys: (account, userId) =>
      read.all(account, userId).map((row) => ({
        version: textOf(row, 'version'),
        identity: textOf(row, 'identity'),
        signing: textOf(row, 'signing'),
        signature: textOf(row, 'signature'),
      })),
  };
}

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);
