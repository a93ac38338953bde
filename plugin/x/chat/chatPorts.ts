import type { Tables } from '../../core/ports';
import type { Clock } from '../../core/clock';
import type { Log } from '../../core/ports';
import type { XClient } from '../api/client';
import type { ChatWorkers } from './chatWorkers';

/** What the parts of an account's encrypted chat have in common. */
export interface ChatPorts {
  account: string;
  client: XClient;
  workers: ChatWorkers;
  store: Tables['chat'];
  clock: Clock;
  log: Log;
}
