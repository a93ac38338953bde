/** What was said and done around a conversation so far. Times are milliseconds since 1970. */
export interface ConversationState {
  /** The customer's last message that was kept. */
  customerAt: number | undefined;
  /** The customer's last message that was given to the bot or to the agents. */
  receivedAt: number | undefined;
  /** The last answer of an agent. */
  agentAt: number | undefined;
  greetedAt: number | undefined;
  /** The closed period the customer was told of last. */
  toldClosed: string | undefined;
  /** Why the conversation is with the agents and not with the bot. */
  withAgents: string | undefined;
  /** Answers of the bot since it has had the conversation. */
  botTurns: number;
}

/** One message of a customer and what the bot said to it. */
export interface BotTurn {
  /** The customer's message, in the inbox. */
  inboxSeq: number;
  answers: string[];
}

/** A private conversation in which the customer owes an answer. */
export interface AwaitedAnswer {
  conversation: string;
  /** When the agent answered, or the customer was reminded. */
  since: number;
  reminded: boolean;
}

/** A customer whom no agent has answered yet. Times are milliseconds since 1970. */
export interface WaitingCustomer {
  conversation: string;
  userId: string;
  /** The host's thread; undefined for a private conversation. */
  thread: string | undefined;
  /** The host's, as far as it is known. */
  interactionId: string | undefined;
  /** When the first message that is not answered was handed over. */
  since: number;
  /** When they were last told their place in the queue, and which; without a place where that notice was dropped. */
  toldAt: number | undefined;
  toldPosition: number | undefined;
  /** The agents were told that they wait. */
  isReported: boolean;
  /** The last answer of an agent, before that. */
  agentAt: number | undefined;
}

export type NewlyWaiting = Pick<
  WaitingCustomer,
  'conversation' | 'userId' | 'thread' | 'since' | 'interactionId'
>;

/** How each conversation stands, kept across restarts. */
export interface Conversations {
  read(account: string, conversation: string): ConversationState;
  save(account: string, conversation: string, changes: Partial<ConversationState>): void;
  /** A customer has written: nobody waits for them any longer. */
  noteCustomer(account: string, conversation: string, now: number): void;
  /** An agent wrote at that time. @param awaitedSince since when an answer of the customer is waited for, where one is */
  noteAgent(account: string, conversation: string, wroteAt: number, awaitedSince?: number): void;
  /** Where an answer has been waited for since a time or longer. */
  awaiting(account: string, before: number): AwaitedAnswer[];
  /** @returns whether an answer was still waited for */
  noteReminded(account: string, conversation: string, now: number): boolean;
  /** @returns whether an answer was still waited for */
  endWaiting(account: string, conversation: string): boolean;
  /**
   * A message was handed over to the agents; without effect where one has written since, or the customer waits already in that
   * interaction.
   */
  noteWaiting(account: string, waiting: NewlyWaiting): void;
  /** The longest wait first. */
  waitingCustomers(account: string): WaitingCustomer[];
  /** @returns whether the customer still waits since then */
  noteToldPlace(account: string, waiting: WaitingCustomer, now: number, position: number): boolean;
  /** Marks the place as not told, so that it is told again. */
  forgetToldPlace(account: string, conversation: string): void;
  /** @returns whether the customer still waits since then */
  noteUnanswered(account: string, waiting: WaitingCustomer): boolean;
  /** How many customers wait of whom the agents were told. */
  unanswered(account: string): number;
  /** An agent wrote at that time: nobody who wrote before waits there any longer. @param userId the only one it is about */
  noteAnswered(account: string, conversation: string, at: number, userId?: string): void;
  /** Forgets who has waited since before a time. @returns how many */
  endOldWaits(before: number): number;
  addTurn(account: string, conversation: string, turn: BotTurn, now: number): void;
  /** The oldest first. */
  turns(account: string, conversation: string): BotTurn[];
  dropTurns(account: string, conversation: string): void;
}
