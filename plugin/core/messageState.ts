/** How far a message is, as the store has it. A filtered one is `failed`, with the filter's name beside it. */
export type MessageState = 'received' | 'delivering' | 'delivered' | 'failed';

/** What has become of a message, as the history, the reports and the panel show it; `bot`: the bot has replied. */
export const messageOutcomes = ['delivered', 'waiting', 'failed', 'filtered', 'bot'] as const;
export type MessageOutcome = (typeof messageOutcomes)[number];

/** The outcomes that the history tells apart. */
export const listedOutcomes = [
  'waiting',
  'delivered',
  'failed',
  'filtered',
] as const satisfies MessageOutcome[];
export type ListedOutcome = (typeof listedOutcomes)[number];
