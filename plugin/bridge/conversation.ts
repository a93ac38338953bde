/** The key of a one-to-one conversation: everything a customer and an account say to each other in private. */
export function directConversation(customerId: string): string {
  return `dm:${customerId}`;
}

/** The name of a lane: lanes of different accounts never mix. */
export function laneOf(account: string, conversation: string): string {
  return `${account} ${conversation}`;
}

/** A lane's account and conversation; an account's name has no blank. */
export function splitLane(lane: string): { account: string; conversation: string } {
  const at = lane.indexOf(' ');
  return { account: lane.slice(0, at), conversation: lane.slice(at + 1) };
}
