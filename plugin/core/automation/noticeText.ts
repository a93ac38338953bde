import type { XUser } from '../messages';
import type { MessagingAccount } from '../gateways';
import { hoursInWords } from './workingHours';

/** A notice with its variables filled in. What a customer calls themselves is put in as it is, never read as a variable. */
export function noticeText(
  text: string,
  user: XUser,
  { name, rules }: MessagingAccount,
  more: Record<string, string> = {},
): string {
  const values: Record<string, string> = {
    userId: user.id,
    nickName: user.name ?? user.username ?? user.id,
    account: name,
    workingHours: hoursInWords(rules.workingHours),
    ...more,
  };
  return text.replace(/\$\{(\w+)\}/g, (_, variable: string) => values[variable] ?? '');
}
