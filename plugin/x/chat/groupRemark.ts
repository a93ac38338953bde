import type { Remark } from '../../core/chat';
import { BridgeError } from '../../core/errors';
import { customersWords } from '../../core/systemNotice';
import type { Members } from './members';
import { phrase } from '../../texts/text';

const day = 24 * 60 * 60_000;

const base64 = /^[A-Za-z0-9+/]{40,}={0,2}$/;

/**
 * What an agent should know of a group, once a day.
 * @param openText what a text was encrypted from; null when it was not encrypted with a key that is known
 * @returns none where X does not tell
 */
export async function groupRemark(
  groupId: string,
  members: Members,
  now: number,
  openText: (text: string) => Promise<string | null>,
): Promise<Remark[]> {
  let details;
  try {
    details = await members.detailsOf(groupId);
  } catch (error) {
    // The message must not wait for it.
    if (error instanceof BridgeError) return [];
    throw error;
  }
  const { name, memberIds } = details ?? {};
  const shown = name === undefined || name === '' ? undefined : ((await openText(name)) ?? inPlain(name));
  if (shown === undefined && memberIds === undefined) return [];
  const called =
    shown === undefined ? undefined : customersWords(shown).replaceAll(/\s+/g, ' ').slice(0, 100);
  return [
    {
      once: { about: groupId, id: `group-${Math.floor(now / day)}` },
      words: wordsFor(called, memberIds?.length),
    },
  ];
}

/** A name is in plain where the group was created with it (X docs: groups, "encrypted group metadata"). */
function inPlain(name: string): string | undefined {
  return base64.test(name) ? undefined : name;
}

function wordsFor(name: string | undefined, size: number | undefined): string {
  if (name === undefined) return phrase('message.encryptedGroup.ofSize', { size: size ?? 0 });
  return size === undefined
    ? phrase('message.encryptedGroup.named', { name })
    : phrase('message.encryptedGroup.namedOfSize', { name, size });
}
