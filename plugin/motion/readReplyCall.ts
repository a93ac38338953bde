import { z } from 'zod';
import type { ReplyCall } from '../core/outbound/acceptReply';
import { BridgeError } from '../core/errors';
import { say } from '../texts/text';

const id = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === '' ? undefined : String(value)));

/** One file, or several: as a list, or with commas between. */
const ids = z.union([id, z.array(id)]).transform((value) =>
  [value]
    .flat()
    .flatMap((each) => each?.split(',') ?? [])
    .map((each) => each.trim())
    .filter((each) => each !== ''),
);

const agent = z
  .object({ fullname: z.string().nullish(), name: z.string().nullish() })
  .nullish()
  .catch(undefined);

const record = z.record(z.string(), z.unknown());

/** Only what the plugin needs; hosts differ, so whatever is missing is missing. */
const replyCall = z.object({
  body: z.union([z.string(), z.number()]).nullish(),
  AttachmentId: ids,
  Contact: record.nullish(),
  contact: record.nullish(),
  User: agent,
  user: agent,
  Interaction: z
    .object({ id, threadId: id.catch(undefined) })
    .nullish()
    .catch(undefined),
});

/**
 * Reads what the host posts to the Reply URL.
 * @throws BridgeError `bad-request` when it is not a JSON object of that kind
 */
export function readReplyCall(value: unknown): ReplyCall {
  const read = replyCall.safeParse(value);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    throw new BridgeError('bad-request', say('reply.unreadable', { faults: faults.join('; ') }));
  }
  const { body, AttachmentId, Contact, contact, Interaction, User, user } = read.data;
  const agentName = [User?.fullname, user?.fullname, User?.name, user?.name].find((name) => name);
  return {
    body: String(body ?? ''),
    attachmentIds: AttachmentId,
    contact: Contact ?? contact ?? undefined,
    interactionId: Interaction?.id,
    threadId: Interaction?.threadId,
    agentName: agentName ?? undefined,
  };
}
