import { userIdOfToken, type AccountConfig } from './account';
import { isRecord } from '../core/isRecord';

type Complain = (index: number, key: string, message: string) => void;

/**
 * Two accounts fed by one X user or one app and environment would hand every message over twice. It sees accounts
 * with faults too, whose fields may be anything.
 */
export function rejectDuplicates(accounts: AccountConfig[], complain: Complain): void {
  const firstWith = new Map<string, string>();
  const claim = (index: number, key: string, identity: string, what: string) => {
    const owner = firstWith.get(identity);
    const own = accounts[index]?.name ?? '';
    if (owner === undefined) firstWith.set(identity, own);
    else complain(index, key, `${what} is already used by account "${owner}": messages would come twice`);
  };
  accounts.forEach((each, index) => {
    if (![each.name, each.consumerKey, each.environment].every((field) => typeof field === 'string')) return;
    const owner = firstWith.get(`name ${each.name}`);
    if (owner !== undefined) complain(index, 'name', `"${each.name}" is already taken by another account`);
    else firstWith.set(`name ${each.name}`, each.name);
    if (!each.active) return;
    if (typeof each.accessToken === 'string' && each.accessToken !== '')
      claim(
        index,
        'accessToken',
        `user ${userIdOfToken(each.accessToken) ?? each.accessToken}`,
        'this X user',
      );
    if (each.consumerKey !== '')
      claim(
        index,
        'consumerKey',
        `app ${each.consumerKey} ${each.environment}`,
        'this X app (and environment)',
      );
    const clientId = isRecord(each.oauth2) ? each.oauth2.clientId : '';
    if (typeof clientId === 'string' && clientId !== '')
      claim(
        index,
        'oauth2.clientId',
        `client ${clientId} ${each.environment}`,
        'this X app (and environment)',
      );
  });
}
