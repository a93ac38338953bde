import type { Language } from '../../texts/languages';
import type { WorkingHours } from './workingHours';

/** What an account does around its conversations, as its settings say. Texts may hold variables. */
export interface ConversationRules {
  /** What agents read. */
  language: Language;
  workingHours: WorkingHours & { active: boolean; notice: string; mentions: boolean };
  greeting: { active: boolean; text: string; everyDays: number };
  bot: { active: boolean; keywords: string[]; maxTurns: number; idleMinutes: number };
  /** An empty text is not sent. */
  followUp: {
    active: boolean;
    reminderMinutes: number;
    reminder: string;
    closingMinutes: number;
    closing: string;
  };
  /** Customers who wait for an agent are told their place. */
  queue: { active: boolean; reminderAfterMinutes: number; progressEveryMinutes: number; notice: string };
  /** Agents are told of customers whom nobody has answered; 0: never. An empty notice is not sent. */
  unanswered: { minutes: number; customerNotice: string };
  filters: {
    /** X user ids. */
    blockedUsers: string[];
    spamWords: string[];
    /** For mentions; 0 for any. */
    minAccountAgeDays: number;
    minFollowers: number;
  };
  card: CardRules;
  /** 0 for ever. */
}

/** Which contact field holds what is known of a customer; empty for none. */
export interface CardRules {
  active: boolean;
  /** Whether X is asked, at its price, for what events do not tell. */
  lookUp: boolean;
  name: string;
  handle: string;
  id: string;
  avatar: string;
  verified: string;
  followers: string;
  language: string;
}

/** Whether anything is done for customers who wait for an agent. */
export function watchesWaiting({ queue, unanswered }: ConversationRules): boolean {
  return queue.active || unanswered.minutes > 0;
}
