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
  /** When the first message that is not answered was handed over. */
  since: number;
  /** When they were last told their place in the queue, and which. */
  toldAt: number | undefined;
  toldPosition: number | undefined;
  /** The agents were told that they wait. */
  isReported: boolean;
  /** The last answer of an agent, before that. */
  agentAt: number | undefined;
}

/** How each conversation stands, kept across restarts. */
export interface Conversations {
  read(account: string, conversation: string): ConversationState;
  save(account: string, conversation: string, changes: Partial<ConversationState>): void;
  /** A customer has written: nobody waits for them any longer. */
  noteCustomer(account: string, conversation: string, now: number): void;
  /** @param awaited whether an answer of the customer is waited for from now on */
  noteAgent(account: string, conversation: string, now: number, awaited: boolean): void;
  /** Where an answer has been waited for since a time or longer. */
  awaiting(account: string, before: number): AwaitedAnswer[];
  noteReminded(account: string, conversation: string, now: number): void;
  endWaiting(account: string, conversation: string): void;
  /** A message was handed over to the agents; without effect where one has written since, or the customer waits already. */
  noteWaiting(
    account: string,
    waiting: Pick<WaitingCustomer, 'conversation' | 'userId' | 'thread' | 'since'>,
  ): void;
  /** The longest wait first. */
  waitingCustomers(account: string): WaitingCustomer[];
  /** @returns whether the customer still waits since then */
  noteToldPlace(account: string, conversation: string, since: number, now: number, position: number): boolean;
  /** @returns whether the customer still waits since then */
  noteUnanswered(account: string, conversation: string, since: number): boolean;
  /** How many customers wait of whom the agents were told. */
  unanswered(account: string): number;
  /** Nobody waits there any longer. An agent's private answer says so by itself. */
  noteAnswered(account: string, conversation: string): void;
  addTurn(account: string, conversation: string, turn: BotTurn, now: number): void;
  /** The oldest first. */
  turns(account: string, conversation: string): BotTurn[];
  dropTurns(account: string, conversation: string): void;
}
