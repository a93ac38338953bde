import type { Method } from '../panel/api';
import type { Caller, Handlers } from './handlers';
import { valueOf } from './remote';
import { spokenLanguage } from '../texts/text';
import type { RunningPlugin } from './runningPlugin';
import { maxWorkMs, type AdminQuestion } from './sharedAdmin';

/** The calls that only the process can answer that handles the account; whether they need the password once more. */
const ofAccount: Partial<Record<Method, boolean>> = {
  oauth2: false,
  disconnectOAuth2: true,
  check: false,
  setUp: false,
  chatKeys: false,
  createChatKeys: true,
  backUpChatKeys: true,
  recoverChatKeys: true,
  importChatKeys: true,
  exportChatKeys: true,
  setAside: false,
  tryNow: false,
  recall: false,
};

/** Does a call of the panel here, or has the process do it that handles the account it is about. */
export async function workWhereItBelongs(
  method: keyof Handlers,
  input: unknown,
  caller: Caller,
  plugin: RunningPlugin,
  here: () => unknown,
): Promise<unknown> {
  const { cluster } = plugin.store;
  const account = cluster.isShared ? await accountMeant(method, input, plugin) : undefined;
  if (account === undefined || cluster.handles(account)) return here();
  if (ofAccount[method] === true) await caller.confirm();
  return askOwner(
    account,
    { kind: 'work', method, input, user: caller.user, language: spokenLanguage() },
    plugin,
  );
}

/** Has the process do something that handles an account. @throws what it throws */
export async function askOwner(
  account: string,
  question: AdminQuestion,
  { store }: Pick<RunningPlugin, 'store'>,
): Promise<unknown> {
  return valueOf(await store.cluster.ask({ account }, question, maxWorkMs));
}

async function accountMeant(
  method: keyof Handlers,
  input: unknown,
  { store }: RunningPlugin,
): Promise<string | undefined> {
  if (!Object.hasOwn(ofAccount, method)) return undefined;
  const { account, seq, direction } = input as { account?: string; seq?: number; direction?: 'in' | 'out' };
  if (account !== undefined || seq === undefined) return account;
  const row = await (direction === 'in' ? store.inbox.get(seq) : store.outbox.get(seq));
  return row?.message.account;
}
