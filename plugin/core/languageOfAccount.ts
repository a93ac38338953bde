import type { Language } from '../texts/languages';
import type { MessagingAccount } from './gateways';

/** What agents of an account read; English where there is none. */
export function languageOfAccount(account: Pick<MessagingAccount, 'rules'> | undefined): Language {
  return account?.rules.language ?? 'en';
}
