import { z } from 'zod';
import { inGroup } from './about';
import { noticeText, queueNotice } from './noticeText';
import { count, flag, isMissing } from './types';

/** The parts of an account's settings about customers who wait for an agent. Both are off by default. */

const ofQueue = inGroup('queue');
export const queue = z
  .strictObject({
    active: ofQueue(
      'Tell waiting customers their place',
      { hint: 'In private, within the working hours, until an agent writes.' },
      flag(false),
    ),
    reminderAfterMinutes: ofQueue('First after (minutes of waiting)', {}, count(5, 1, 720)),
    progressEveryMinutes: ofQueue(
      'Again every (minutes)',
      { hint: 'Only while the place changes. 0: once only.' },
      count(10, 0, 720),
    ),
    notice: ofQueue(
      'What they are told',
      {
        hint: 'Also ${position} (the place) and ${waitTime} (how long a reply took in the last hour).',
        control: 'notice',
      },
      queueNotice,
    ),
  })
  .superRefine(({ active, notice }, context) => {
    if (active && notice.trim() === '') isMissing(context, 'notice', 'what waiting customers are told');
  })
  .prefault({});

const ofUnanswered = inGroup('unanswered');
export const unanswered = z
  .strictObject({
    minutes: ofUnanswered(
      'Report customers without a reply after (minutes)',
      { hint: 'Within the working hours. Once, to the agents and in the overview. 0: never.' },
      count(0, 0, 1_440),
    ),
    customerNotice: ofUnanswered(
      'What the customer is told then',
      { hint: 'In private. Empty: nothing.', control: 'notice' },
      noticeText,
    ),
  })
  .prefault({});
