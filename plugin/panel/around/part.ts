import type { AccountSettings, AroundSettings } from '../api';

/** An account as the plugin hands it out: with everything in it. */
export type WholeAccount = AccountSettings & AroundSettings;

export interface AroundPart {
  account: WholeAccount;
  set: (changes: Partial<AroundSettings>) => void;
}

export function isWhole(account: AccountSettings | undefined): account is WholeAccount {
  return account?.workingHours !== undefined;
}
