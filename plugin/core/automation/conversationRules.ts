import type { WorkingHours } from './workingHours';

/** What an account does around its conversations, as its settings say. Texts may hold variables. */
export interface ConversationRules {
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
