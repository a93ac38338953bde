import type { AccountFacts } from './accountFacts';
import type { PresenceMark } from './inbound/events';

const factOf = { read: 'last read', typing: 'last typing' } as const;

/** Remembers when an account's customers last read a message, or last typed. */
export function noteMark(account: string, { kind, at }: PresenceMark, facts: AccountFacts): void {
  if (at > (lastMark(account, kind, facts) ?? 0)) facts.save(account, factOf[kind], String(at));
}

/** When customers last did so, in ms since 1970. */
export function lastMark(
  account: string,
  kind: PresenceMark['kind'],
  facts: AccountFacts,
): number | undefined {
  const at = facts.read(account, factOf[kind]);
  return at === undefined ? undefined : Number(at);
}
