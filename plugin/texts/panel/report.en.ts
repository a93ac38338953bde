/** The texts of the pages for reports and for privacy. */
export const report = {
  words: 'Messages by hour, direction and state, first responses, waits for rate limits, and the estimated cost.',
  from: 'From (2026-11-01)',
  to: 'To, that day included',
  show: 'Show',
  csv: 'Download CSV',
  json: 'Download JSON',
  none: 'Nothing happened in this time.',
  figures: {
    in: 'From customers, reached agents',
    waiting: 'From customers, still waiting',
    bot: 'From customers, replied to by the bot',
    filtered: 'From customers, filtered',
    out: 'From agents',
    automatic: 'From the plugin itself',
    failed: 'Failed',
    responses: 'First responses',
    median: 'First response, median',
    longest: 'First response, longest',
    waited: 'Replies that waited for a rate limit',
    cost: 'Estimated cost with X',
  },
  duration: (seconds: number) => (seconds < 90 ? `${Math.round(seconds * 10) / 10} s` : `${Math.round(seconds / 60)} min`),
};

export const privacy = {
  forget: 'Forget a person',
  words: 'Takes out all that is kept of a person here, in every account: their messages, the replies to them, their name and handle. It cannot be undone. What XCALLY Motion and X keep is theirs; lines of the log go with its rotation.',
  person: 'X user id, or handle',
  go: 'Forget',
  ask: (person: string) => `Forget ${person} for good?`,
  done: (messages: number, answers: number) => `Forgotten: ${messages} messages and ${answers} replies.`,
  retention: 'How long words and media are kept is set for each account: Accounts, Automation. Posts and encrypted messages that customers delete on X are erased here at once.',
};
