import type { Clock } from './clock';
import type { ActivityListener, Contacts, Counters, Log, Threads } from './ports';
import type { MessagingAccount } from './gateways';

/** What the workers of both directions need. */
export interface WorkerPorts {
  contacts: Contacts;
  threads: Threads;
  /** By name. */
  accounts: ReadonlyMap<string, MessagingAccount>;
  clock: Clock;
  /** A number from 0 to 1. */
  random: () => number;
  log: Log;
  counters: Counters;
  activity: ActivityListener;
}
