import type { Clock } from './clock';
import type { MessagingAccount } from './gateways';
import type { OtherUsers } from './inbound/otherUsers';
import type { Unstorable } from './inbound/unstorable';
import type { InboundMessage } from './messages';
import type { ActivityListener, Counters, Log, MessageStore } from './ports';

/** All that the core works with; each part of it names what it takes. */
export interface CorePorts extends MessageStore {
  /** By name. */
  accounts: ReadonlyMap<string, MessagingAccount>;
  clock: Clock;
  /** A number from 0 to 1. */
  random: () => number;
  log: Log;
  counters: Counters;
  activity: ActivityListener;
  unstorable: Unstorable;
  otherUsers: OtherUsers;
  /** Says that a queue of messages for agents has something to do. */
  wake: (queueName: string) => void;
  /** Says that a queue of replies has something to do, or that some may not go out any longer. */
  wakeReplies: (queueName: string) => void;
  /** Puts a notice for the agent on its way to XCALLY Motion. @throws BridgeError `store-unavailable` */
  tellAgent: (notice: InboundMessage) => Promise<void>;
  /** How long a reply is tried in spite of faults, in milliseconds. */
  maxWait: () => number;
  /** Whether customers' words may be written to the log. */
  logText: () => boolean;
}

/** The part of it that something takes. */
export type Ports<Names extends keyof CorePorts> = Pick<CorePorts, Names>;
