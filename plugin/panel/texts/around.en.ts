/** The texts of the page about what happens around an account's conversations. */
export const around = {
  link: 'Hours, bot, filters',
  heading: (name: string) => `Around the conversations of "${name}"`,
  words:
    'All of it is off until it is switched on here, except that old words are erased. What the plugin says goes out once, in private the way the customer writes.',
  variables: 'May hold ${nickName} (the customer’s name), ${userId}, ${account} and ${workingHours}.',
  counted: (count: number) => `${count} of 256 characters.`,
  listHint: 'Several with commas between.',
  days: {
    monday: 'Monday',
    tuesday: 'Tuesday',
    wednesday: 'Wednesday',
    thursday: 'Thursday',
    friday: 'Friday',
    saturday: 'Saturday',
    sunday: 'Sunday',
  },
  hours: {
    heading: 'Working hours',
    fields: {
      active: ['Tell customers when nobody is there', 'Once for each conversation and closed period.'],
      timeZone: ['Time zone', 'Such as Europe/Rome.'],
      language: ['Language of the days’ names', 'Such as en, it or pt-BR.'],
      workdays: ['Workdays', ''],
      workdayHours: ['Hours on workdays', 'Up to four parts, such as 09:00-13:00, 14:00-18:00'],
      otherDayHours: ['Hours on other days', 'Empty: closed.'],
      holidays: ['Holidays', 'Closed all day: 2026-12-25, or 12-25 for every year.'],
      notice: ['What customers are told', ''],
      mentions: ['In public too', 'As a public answer to mentions.'],
    },
  },
  greeting: {
    heading: 'Greeting',
    fields: {
      active: ['Greet new customers', 'In private, at the first contact.'],
      text: ['Greeting', ''],
      everyDays: ['Again after so many days without contact', ''],
    },
  },
  bot: {
    heading: 'Bot',
    words:
      'A bot over HTTP answers Direct Messages first. Agents get the conversation, with what was said, when the customer writes one of the words below or sends a file, when the bot asks for it or fails, or after so many answers.',
    fields: {
      active: ['Let a bot answer first', ''],
      url: ['Address', 'https; http only on this machine.'],
      botToken: ['Token', 'Sent as Authorization: Bearer. May be empty.'],
      keywords: ['Words that call an agent', 'Whole words, in any case.'],
      longestTurns: ['Answers of the bot at most', ''],
      quietMinutes: [
        'The bot begins anew after so many minutes of silence',
        'Counted from the last message of customer or agent.',
      ],
    },
  },
  followUp: {
    heading: 'When the customer does not answer',
    fields: {
      active: ['Follow up', 'In private, after an agent’s answer. Any message resets it.'],
      reminderMinutes: ['Remind after (minutes)', ''],
      reminder: ['Reminder', 'Empty: none.'],
      closingMinutes: [
        'Say goodbye after (minutes)',
        'After the reminder; without one, after the agent’s answer.',
      ],
      closing: ['Closing line', 'Empty: none.'],
    },
  },
  filters: {
    heading: 'Filters',
    words: 'What is filtered reaches no agent. It is listed under Activity, where it can be let through.',
    fields: {
      blockedUsers: ['Blocked people', 'X user ids.'],
      spamWords: ['Spam words', 'Whole words, in any case.'],
      leastAccountDays: [
        'Mentions: least age of the account in days',
        '0: any. Counts only where X tells it.',
      ],
      leastFollowers: ['Mentions: least number of followers', '0: any. Counts only where X tells it.'],
    },
  },
  card: {
    heading: 'Customer card',
    words:
      'Keeps what X tells of a customer in fields of the host’s contact: when it is created, and at most once a day. Empty: not kept.',
    fields: {
      active: ['Keep the card', ''],
      lookUp: ['Ask X for what is missing', 'X has a price for each customer asked for.'],
      name: ['Name', 'Such as cf_7.'],
      handle: ['Handle', ''],
      id: ['X user id', ''],
      avatar: ['Address of the picture', ''],
      verified: ['Verified', 'true or false.'],
      followers: ['Followers', ''],
      language: ['Language', 'Of their posts.'],
    },
  },
  retention: {
    heading: 'How long words are kept',
    fields: {
      days: ['Erase words and media after so many days', 'Counted from when they came. 0: never.'],
      rowDays: [
        'Delete what is left of a message after so many days',
        'At least 60; reports and the activity list reach back no further. 0: never.',
      ],
    },
  },
};

/** The texts of the pages for reports and for privacy. */
export const report = {
  words:
    'Messages by hour, direction and state, first responses, waits for rate limits, and the estimated cost.',
  from: 'From (2026-11-01)',
  to: 'To, that day included',
  show: 'Show',
  csv: 'Download CSV',
  json: 'Download JSON',
  none: 'Nothing happened in this time.',
  figures: {
    in: 'From customers, reached agents',
    waiting: 'From customers, still waiting',
    bot: 'From customers, answered by the bot',
    filtered: 'From customers, filtered',
    out: 'From agents',
    automatic: 'From the plugin itself',
    failed: 'Failed',
    responses: 'First responses',
    median: 'First response, median',
    longest: 'First response, longest',
    waited: 'Answers that waited for a rate limit',
    cost: 'Estimated cost with X',
  },
  duration: (seconds: number) =>
    seconds < 90 ? `${Math.round(seconds * 10) / 10} s` : `${Math.round(seconds / 60)} min`,
};

export const privacy = {
  forget: 'Forget a person',
  words:
    'Takes out all that is kept of a person here, in every account: their messages, the answers to them, their name and handle. It cannot be undone. What XCALLY Motion and X keep is theirs; lines of the log go with its rotation.',
  person: 'X user id, or handle',
  go: 'Forget',
  ask: (person: string) => `Forget ${person} for good?`,
  done: (messages: number, answers: number) => `Forgotten: ${messages} messages and ${answers} answers.`,
  retention:
    'How long words and media are kept is set for each account: Accounts, Hours, bot, filters. Posts and encrypted messages that customers delete on X are erased here at once.',
};
