import type { Account } from '../accounts/account';
import { BridgeError } from '../core/errors';
import type { RunningPlugin } from './runningPlugin';
import { say } from '../texts/text';

/** A saved account. @throws BridgeError `unknown-account` */
export function accountOf({ accounts }: Pick<RunningPlugin, 'accounts'>, name: string): Account {
  const account = accounts.byName.get(name);
  if (account) return account;
  throw new BridgeError('unknown-account', say('admin.unknownAccount', { name: name.slice(0, 64) }));
}
