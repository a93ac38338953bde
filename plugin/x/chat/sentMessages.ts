import { isRecord } from '../../core/isRecord';
import { readWrapper } from './messageEvent';

/** A message of the account among events as X hands them out, with X's number of it. */
export function findSent(
  events: unknown[],
  messageId: string,
  ownId: string | undefined,
): { sequence: string | undefined } | undefined {
  for (const event of events) {
    const encoded = isRecord(event) ? event['encoded_event'] : undefined;
    if (typeof encoded !== 'string') continue;
    const wrapper = readWrapper(encoded);
    if (wrapper.kind === 'message' && wrapper.messageId === messageId && wrapper.senderId === ownId)
      return { sequence: wrapper.sequenceId };
  }
  return undefined;
}
