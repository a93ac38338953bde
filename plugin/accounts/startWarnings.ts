import type { Account } from './account';
import { deliveryKind } from '../x/delivery';
import { splitQueueName } from '../core/conversation';
import type { Log, MessageStore } from '../core/ports';
import type { Config } from '../settings/schema';

/** What was accepted for an account that is no longer configured waits, and must not do so in silence. */
export async function warnOfOrphans(
  { inbox, outbox }: MessageStore,
  config: Config,
  log: Log,
): Promise<void> {
  const configured = new Set(config.accounts.map(({ name }) => name));
  const waiting = [...(await inbox.queueNames()), ...(await outbox.queueNames())].map(
    (queueName) => splitQueueName(queueName).account,
  );
  for (const account of new Set(waiting))
    if (!configured.has(account))
      log.error('messages wait for an account that is not configured: add it again to resume them', {
        account,
      });
}

/** Says at every start, and after every change, what is weaker than it could be, or left to the admin. */
export function warnOfWeakness(active: Account[], config: Config, log: Log): void {
  if (active.length === 0) log.warn('no account is active: nothing is received and nothing is sent');
  if (active.length > 0 && config.host.apiKey === '' && config.host.username === '')
    log.warn('no sign-in for XCALLY Motion is set (host.username or host.apiKey)');
  if (config.x.mediaHosts.length === 0)
    log.warn('x.mediaHosts is empty: no pictures and videos are fetched from X');
  for (const { name: account, settings, delivery } of active) {
    const { webhookCheck, webhookUrl } = settings;
    if (webhookCheck === 'secret-path')
      log.warn(
        'webhookCheck is "secret-path": weaker than X\'s signature, since whoever learns the path can forge messages; use "signature" wherever the proxy lets the header pass',
        { account },
      );
    if (/\/api\/plugins\/webhook\b/.test(webhookUrl) && !/[?&]encoding=binary(?:&|$)/.test(webhookUrl))
      log.warn(
        'webhookUrl lacks encoding=binary: the proxy may rewrite bodies, so that signatures do not match',
        { account },
      );
    if (webhookUrl === '' && deliveryKind(delivery).webhook === 'own')
      log.warn('webhookUrl is empty: registering the webhook with X is left to you', { account });
  }
}
