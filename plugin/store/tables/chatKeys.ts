import type { ChatStore } from '../../core/chat';
import type { Async } from '../../core/ports';
import { textOf, type Sql } from '../sql';

type Table = Async<ChatStore>;

type OfKeys = 'saveKey' | 'keys' | 'forgetKeys' | 'savePersonKeys' | 'markWithdrawn' | 'personKeys';

/** The keys of encrypted chat. Versions are numbers of up to 19 digits: they travel as text. */
export function createChatKeys(sql: Sql): Pick<Table, OfKeys> {
  return { ...conversationKeys(sql), ...personKeys(sql) };
}

function conversationKeys(sql: Sql): Pick<Table, 'saveKey' | 'keys' | 'forgetKeys'> {
  const forget = sql.prepare(`DELETE FROM chat_keys WHERE account = ?`);
  const save = sql.prepare(
    `INSERT INTO chat_keys (account, conversation_id, version, sealed_key, partner_version, untrusted, sequence)
     VALUES (?, ?, CAST(? AS BIGINT), ?, CAST(? AS BIGINT), ?, ?)
     ON CONFLICT (account, conversation_id, version) DO UPDATE SET sealed_key = excluded.sealed_key, untrusted = excluded.untrusted,
       sequence = coalesce(excluded.sequence, chat_keys.sequence),
       partner_version = coalesce(excluded.partner_version, chat_keys.partner_version)`,
  );
  const read = sql.prepare(
    `SELECT CAST(version AS TEXT) AS version, sealed_key, CAST(partner_version AS TEXT) AS partner_version,
       untrusted, sequence
     FROM chat_keys
     WHERE account = ? AND conversation_id = ? ORDER BY chat_keys.version DESC`,
  );
  const keys: Table['keys'] = async (account, id) =>
    (await read.all(account, id)).map((row) => {
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
    forgetKeys: (account) => forget.run(account),
    saveKey: async (account, id, { version, sealedKey, partnerVersion, sequence, untrusted = false }) => {
      const known = (await keys(account, id)).find((each) => each.version === version);
      // A version has one key. Only one that is trusted takes the place of one that is not.
      const isOther = known && (known.sealedKey !== sealedKey || known.untrusted === true);
      if (known && (untrusted || (isOther && known.untrusted !== true))) return;
      const isKnown = known?.partnerVersion === partnerVersion && known?.sequence === sequence;
      if (known && !isOther && isKnown) return;
      await save.run(
        account,
        id,
        version,
        sealedKey,
        partnerVersion ?? null,
        Number(untrusted),
        sequence ?? null,
      );
    },
  };
}

function personKeys(sql: Sql): Pick<Table, 'savePersonKeys' | 'markWithdrawn' | 'personKeys'> {
  const save = sql.prepare(
    `INSERT INTO public_keys (account, x_user_id, version, identity, signing, signature, replaces, seen_at)
     VALUES (?, ?, CAST(? AS BIGINT), ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const withdraw = sql.prepare(
    `UPDATE public_keys SET withdrawn_at = ? WHERE account = ? AND x_user_id = ? AND version = CAST(? AS BIGINT)`,
  );
  const read = sql.prepare(
    `SELECT CAST(version AS TEXT) AS version, identity, signing, signature, replaces, seen_at, withdrawn_at
     FROM public_keys
     WHERE account = ? AND x_user_id = ? ORDER BY public_keys.version DESC`,
  );
  return {
    savePersonKeys: (account, userId, { version, identity, signing, signature }, { replaces, seenAt }) =>
      save.run(account, userId, version, identity, signing, signature, Number(replaces), seenAt),
    markWithdrawn: (account, userId, version, at) => withdraw.run(at ?? null, account, userId, version),
    personKeys: async (account, userId) =>
      (await read.all(account, userId)).map((row) => ({
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
