import type { XUser } from '../messages';

/** What a bot is asked: one message of a customer. */
export interface BotQuestion {
  account: string;
  conversation: string;
  user: Pick<XUser, 'id' | 'username' | 'name'>;
  text: string;
}

export interface BotAnswer {
  /** What to say to the customer, in this order. */
  messages: string[];
  /** Whether the bot wants an agent to go on. */
  handOver: boolean;
}

/** An account's bot. */
export interface BotGateway {
  /**
   * @param messageId the same for the same message, should it be asked twice
   * @throws BridgeError `bot-unavailable` when there is no usable answer in time
   */
  ask(question: BotQuestion, messageId: string): Promise<BotAnswer>;
}
