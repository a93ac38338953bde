import type { ChatStore } from '../../core/chat';
import { textOf, type StoreFile } from './database';

type OfKeys = 'saveKey' | 'keys' | 'forgetKeys' | 'savePersonKeys' | 'markWithdrawn' | 'personKeys';

/** The keys of encrypted chat, in SQLite. Versions are numbers of up to 19 digits: they travel as text. */
export function createChatKeys(store: StoreFile): Pick<ChatStore, OfKeys> {
  return { ...conversationKeys(store), ...personKeys(store) };
}

function conversationKeys(store: StoreFile): Pick<ChatStore, 'saveKey' | 'keys' | 'forgetKeys'> {
  const forget = store.prepare(`DELETE FROM chat_keys WHERE account = ?`);
  const save = store.prepare(
    `INSERT INTO chat_keys (account, conversation_id, version, sealed_key, partner_version, untrusted, sequence)
     VALUES (?, ?, CAST(? AS INTEGER), ?, CAST(? AS INTEGER), ?, ?)
     ON CONFLICT DO UPDATE SET sealed_key = excluded.sealed_key, untrusted = excluded.untrusted,
       sequence = coalesce(excluded.sequence, sequence),
       partner_version = coalesce(excluded.partner_version, partner_version)`,
  );
  const read = store.prepare(
    `SELECT CAST(version AS TEXT) AS version, sealed_key, CAST(partner_version AS TEXT) AS partner_version,
       untrusted, sequence
     FROM chat_keys
     WHERE account = ? AND conversation_id = ? ORDER BY chat_keys.version DESC`,
  );
  const keys: ChatStore['keys'] = (account, id) =>
    read.all(account, id).map((row) => {
      const partnerVersion = row['partner_version'];
      return {
        version: textOf(row, 'version'),
        sealedKey: textOf(row, 'sealed_key'),
        ...(typeof partnerVersion === 'string' ? { partnerVersion } : {}),
        ...(row['untrusted'] === 1 ? { untrusted: true as const } : {}),
        ...(typeof row['sequence'] === 'string' ? { sequence: row['sequence'] } : {}),
      };
    });
  return {
    keys,
    forgetKeys: (account) => void forget.run(account),
    saveKey: (account, id, { version, sealedKey, partnerVersion, sequence, untrusted = false }) => {
      const known = keys(account, id).find((each) => each.version === version);
      // A version has one key. Only one that is trusted takes the place of one that is not.
      const isOther = known && (known.sealedKey !== sealedKey || known.untrusted === true);
      if (known && (untrusted || (isOther && known.untrusted !== true))) return;
      const isKnown = known?.partnerVersion === partnerVersion && known?.sequence === sequence;
      if (known && !isOther && isKnown) return;
      save.run(account, id, version, sealedKey, partnerVersion ?? null, Number(untrusted), sequence ?? null);
    },
  };
}

function personKeys(store: StoreFile): Pick<ChatStore, 'savePersonKeys' | 'markWithdrawn' | 'personKeys'> {
  const save = store.prepare(
    `INSERT INTO public_keys (account, x_user_id, version, identity, signing, signature, replaces, seen_at)
     VALUES (?, ?, CAST(? AS INTEGER), ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const withdraw = store.prepare(
    `UPDATE public_keys SET withdrawn_at = ? WHERE account = ? AND x_user_id = ? AND version = CAST(? AS INTEGER)`,
  );
  const read = store.prepare(
    `SELECT CAST(version AS TEXT) AS version, identity, signing, signature, replaces, seen_at, withdrawn_at
     FROM public_keys
     WHERE account = ? AND x_user_id = ? ORDER BY public_keys.version DESC`,
  );
  return {
    savePersonKeys: (account, userId, { version, identity, signing, signature }, { replaces, seenAt }) =>
      void save.run(account, userId, version, identity, signing, signature, Number(replaces), seenAt),
    markWithdrawn: (account, userId, version, at) => void withdraw.run(at ?? null, account, userId, version),
    personKeys: (account, userId) =>
      read.all(account, userId).map((row) => ({
        version: textOf(row, 'version'),
        identity: textOf(row, 'identity'),
        signing: textOf(row, 'signing'),
        signature: textOf(row, 'signature'),
        replaces: row['replaces'] === 1,
        seenAt: Number(row['seen_at']),
        ...(typeof row['withdrawn_at'] === 'number' ? { withdrawnAt: row['withdrawn_at'] } : {}),
      })),
  };
}
