import type { InboundMessage } from '../../plugin/core/messages';
import type { MessageStore, Tables } from '../../plugin/core/ports';

/** Why messages are not to be kept; undefined where they are. */
export type KeepFault = (messages: InboundMessage[]) => Error | undefined;

/** A store that keeps messages only where the test lets it. */
export function withKeepFaults(store: MessageStore, faultOf: KeepFault): MessageStore {
  const guarded = <T extends Tables>(tables: T): T => {
    const keep: Tables['inbox']['keep'] = (messages) => {
      const fault = faultOf(messages);
      return fault ? Promise.reject(fault) : tables.inbox.keep(messages);
    };
    return { ...tables, inbox: { ...tables.inbox, keep } };
  };
  const transaction: MessageStore['transaction'] = (work) =>
    store.transaction((tables) => work(guarded(tables)));
  return { ...guarded(store), transaction };
}
