import { z } from 'zod';
import { inGroup } from './about';
import { flag, mapKey } from './types';

/** What an account takes in, and how it replies. */

const ofChannels = inGroup('channels');
const ofCosts = inGroup('costs');

const maxPostLength = z
  .number({ error: 'must be a number of characters: 280, or more for a Premium account' })
  .int('must be a whole number')
  .min(280, 'must be at least 280')
  .max(25_000, 'must be at most 25000')
  .default(280);

export const directMessages = z
  .strictObject({
    active: ofChannels('Direct Messages', { hint: 'Take Direct Messages in.' }, flag(true)),
    mergeQueuedReplies: ofChannels(
      'Merge replies that wait',
      {
        hint: 'Texts to one customer that wait for the same rate limit go out as one message.',
      },
      flag(true),
    ),
  })
  .prefault({});

export const chat = z
  .strictObject({
    active: ofChannels(
      'Encrypted X Chat',
      {
        hint: 'Read encrypted messages and reply to them. It needs keys: see “Encrypted chat” of the account.',
        details:
          'Read [encrypted X Chat](encrypted-chat.md) and reply to it, as soon as the account has keys.',
      },
      flag(true),
    ),
    readReceipts: ofChannels(
      'Read receipts',
      {
        hint: 'Show customers that their encrypted messages were read, when an agent replies.',
      },
      flag(false),
    ),
    typing: ofChannels(
      'Typing',
      {
        hint: 'Show customers that somebody writes, just before an encrypted reply goes out.',
      },
      flag(false),
    ),
    neverPlain: ofChannels(
      'Never plain after encrypted',
      {
        hint: 'A customer who has ever written encrypted gets no reply that X can read, even if they write a plain message later.',
      },
      flag(true),
    ),
  })
  .prefault({});

export const mentions = z
  .strictObject({
    active: ofChannels(
      'Public mentions',
      {
        hint: 'Take public mentions and replies in, and reply to them in public.',
      },
      flag(false),
    ),
    openChannelAccountId: ofChannels(
      'Separate queue for mentions',
      {
        hint: 'The number of another Open Channel account that public posts go to. 0: the same as for messages.',
      },
      z
        .number({ error: 'must be the number of an Open Channel account in XCALLY Motion, or 0' })
        .int('must be a whole number')
        .min(0, 'must be the number of an Open Channel account in XCALLY Motion, or 0')
        .default(0),
    ),
    mapKey: ofChannels(
      'Contact field of that queue',
      { hint: 'The contact field of that account. Empty: as XCALLY Motion says.' },
      mapKey,
    ),
    quotes: ofChannels(
      'Quotes',
      {
        hint: 'Posts that quote the account come in too.',
        details: 'Posts that quote the account come in too (`poll`: looked for every quarter of an hour).',
      },
      flag(false),
    ),
    deepLink: ofChannels(
      'Link to private messages',
      {
        hint: 'Added to public replies where there is room.',
      },
      flag(false),
    ),
    agentInitials: ofChannels(
      'Initials of the agent',
      {
        hint: 'Added to public replies, such as - A.L',
      },
      flag(false),
    ),
    maxPostLength: ofChannels(
      'Longest public reply',
      {
        hint: '280 characters as X counts them, or more for a Premium account.',
      },
      maxPostLength,
    ),
  })
  .prefault({});

export const costs = z
  .strictObject({
    monthlyLimit: ofCosts(
      'Warn at (US dollars a month)',
      {
        hint: 'The overview warns once the estimate for the month reaches it. 0: no warning.',
      },
      z
        .number({ error: 'must be an amount in US dollars; 0 for no warning' })
        .min(0, 'must not be negative')
        .max(1_000_000, 'must be at most 1000000')
        .default(0),
    ),
  })
  .prefault({});
