import { BridgeError } from '../core/errors';
import { recall } from '../core/outbound/recall';
import type { ConversationRow } from '../core/people';
import type { HistoryRow } from '../core/ports';
import type { ActivityMessage, ConversationMessage } from '../panel/api';
import { phrase, say } from '../texts/text';
import { accountOf } from './accountOf';
import type { Handlers } from './handlers';
import type { RunningPlugin } from './runningPlugin';

/** Characters of a message that the list shows. */
const maxShownLength = 120;

export const inThePanel = (user: string) => say('admin.inThePanel', { user });

/** What the log may not hold, the panel does not show either. */
const showsWords = (live: RunningPlugin['live']) => live().config.log.messageText === 'full';

/** The calls about messages, and about whom they are with. */
export function messageHandlers(
  plugin: RunningPlugin,
): Pick<Handlers, 'activity' | 'people' | 'conversation' | 'retry' | 'tryNow' | 'setAside' | 'recall'> {
  const { store, workers, clock, live } = plugin;
  const { history, chat, outbox } = store;
  const { log } = plugin.logs;
  return {
    activity: async ({ account, direction, state, search, before }) => {
      const { rows, more } = await history.page({ account, direction, state, search, before });
      const showWords = showsWords(live);
      return { messages: rows.map((row) => shown(row, showWords)), more };
    },
    people: ({ search, ...query }) =>
      history.people({
        ...query,
        search: search?.trim().replace(/^@/, '') || undefined,
        inWords: showsWords(live),
      }),
    conversation: async (query) => {
      const showWords = showsWords(live);
      const rows = await history.conversation(query);
      return { messages: rows.map((row) => conversationMessage(row, showWords)) };
    },
    tryNow: async ({ account }, { user }) => {
      log.info('panel: what waits is tried again', { user, account });
      await Promise.all([workers.in.resume(account), workers.out.resume(account)]);
      return {};
    },
    retry: async (message, { user }) => {
      const queueName = await history.retry(message);
      if (queueName === undefined) throw gone();
      log.info('panel: a message is tried again', { user, ...message });
      workers[message.direction].wake(queueName);
      return {};
    },
    setAside: async (message, { user }) => {
      const { direction, seq } = message;
      if (!(await workers[direction].setAside(seq, phrase('admin.setAsideBy', { who: inThePanel(user) }))))
        throw gone();
      log.warn('panel: a message was set aside', { user, ...message });
      return {};
    },
    recall: async ({ seq }, { user }) => {
      await recall(seq, inThePanel(user), (name) => accountOf(plugin, name), {
        chat,
        outbox,
        clock,
        log,
        tellAgent: (notice) => plugin.tellAgent(notice),
      });
      return {};
    },
  };
}

function conversationMessage(row: ConversationRow, showWords: boolean): ConversationMessage {
  const { words, dueAt, ...plain } = row;
  return {
    ...plain,
    ...(row.state === 'waiting' && dueAt > 0 ? { dueAt } : {}),
    ...(showWords ? { words } : {}),
  };
}

function shown(row: HistoryRow, showWords: boolean): ActivityMessage {
  const { words, reason, dueAt, ...plain } = row;
  const characters = Array.from(words);
  const beginning = characters.slice(0, maxShownLength).join('');
  return {
    ...plain,
    ...(row.state === 'waiting' && dueAt > 0 ? { dueAt } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(showWords ? { words: characters.length > maxShownLength ? `${beginning}…` : beginning } : {}),
  };
}

function gone(): BridgeError {
  return new BridgeError('bad-request', say('admin.messageGone'));
}
