import type { StoredOutbound } from '../messages';

/** Whether X may have a reply, or a part of it that is not known for sent: a call's outcome is not known, or was forgotten. */
export function mayBeOnX({ sendingSince, doubt }: StoredOutbound): boolean {
  return sendingSince !== undefined || doubt !== undefined;
}

/** The same of one part. Parts go out in order, so that an unknown outcome is that of the first that is not known for sent. */
export function mayBeThere({ sendingSince, sentIds, doubt }: StoredOutbound, index: number): boolean {
  return doubt !== undefined || (sendingSince !== undefined && index === sentIds.length);
}
