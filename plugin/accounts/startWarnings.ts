import type { Account } from './account';
import { deliveryKind } from '../x/delivery';
import { splitQueueName } from '../core/conversation';
import type { Log, MessageStore } from '../core/ports';
import type { Config } from '../settings/schema';

/** What was accepted for an account that is no longer configured waits, and must not do so in silence. */
export function warnOfOrphans({ inbox, outbox }: MessageStore, config: Config, log: Log): void {
  const configured = new Set(config.accounts.map(({ name }) => name));
  const waiting = [...inbox.queueNames(), ...outbox.queueNames()].map(
    (queueName) => splitQueueName(queueName).account,
  );
  for (const account of new Set(waiting))
    if (!configured.has(account))
      log.error('messages wait for an account that is not configured: put it back for them to go on', {
        account,
      });
}

/** Says at every start, and after every change, what is weaker than it could be, or left to the admin. */
export function warnOfWeakness(active: Account[], config: Config, log: Log): void {
  if (active.length === 0) log.warn('no account is active: nothing is received and nothing is sent');
  if (active.length > 0 && config.host.apiKey === '' && config.host.username === '')
    log.warn('no sign-in for the host is set: only hosts that ask for none will take messages');
  for (const { name: account, settings, delivery } of active) {
    const { webhookCheck, webhookUrl } = settings;
    if (webhookCheck === 'secret-path')
      log.warn(
        'webhookCheck is "secret-path": weaker than X\'s signature, since whoever learns the path can forge messages; use "signature" wherever the proxy lets the header pass',
        { account },
      );
    if (/\/api\/plugins\/webhook\b/.test(webhookUrl) && !/[?&]encoding=binary(?:&|$)/.test(webhookUrl))
      log.warn(
        'webhookUrl lacks encoding=binary: the host may write bodies anew, and signatures will not fit',
        { account },
      );
    if (webhookUrl === '' && deliveryKind(delivery).webhook === 'own')
      log.warn('webhookUrl is empty: the webhook is not registered with X, that is left to you', { account });
  }
}
