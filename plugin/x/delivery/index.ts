import { createAccountActivity } from './accountActivity';
import { createAccountActivityV1 } from './accountActivityV1';
import { createActivity } from './activity';
import { StreamReceiver } from './activityStream';
import { createPassedOn } from './passedOn';
import { PollReceiver } from './poll';
import type { Receiver, ReceiverPorts } from './receiver';

export type Delivery =
  'activity' | 'activity-stream' | 'account-activity' | 'account-activity-v1' | 'poll' | 'api';

const ways: Record<Delivery, (ports: ReceiverPorts) => Receiver> = {
  activity: createActivity,
  'activity-stream': (ports) => new StreamReceiver(ports),
  'account-activity': createAccountActivity,
  'account-activity-v1': createAccountActivityV1,
  poll: (ports) => new PollReceiver(ports),
  api: createPassedOn,
};

/** The receiver for a way of delivery. */
export function createReceiver(delivery: Delivery, ports: ReceiverPorts): Receiver {
  return ways[delivery]({ ...ports, account: { ...ports.account, delivery } });
}

/** Whether a word kept from an earlier version names a way of delivery. */
export function isDelivery(word: string): word is Delivery {
  return Object.hasOwn(ways, word);
}
