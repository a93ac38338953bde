import { sameSecret } from '../core/sameSecret';
import { throughMotion } from '../settings/throughMotion';
import { callbackUrl } from '../x/delivery/callbackUrl';
import { accountOf } from './accountOf';
import type { RunningPlugin } from './runningPlugin';

/** Where Motion and X reach an account; both may carry a secret. */
export interface Addresses {
  replyUrl: string;
  webhookUrl: string;
}

/** Motion calls us on the machine both run on; X comes through Motion. @throws BridgeError `unknown-account` */
export function addressesOf(name: string, plugin: RunningPlugin): Addresses {
  const { config, secrets, port } = plugin.live();
  const { settings, pathSecret } = accountOf(plugin, name);
  return {
    replyUrl: `http://127.0.0.1:${port}/api/reply/${name}?token=${encodeURIComponent(secrets.replyToken)}`,
    webhookUrl: callbackUrl(
      settings.webhookUrl || throughMotion(config, port, '/api/messages'),
      name,
      pathSecret,
    ),
  };
}

/** The account that a Reply URL is for; undefined where its token is not the one, or there is no such account. */
export function accountAnswering(url: string, { live }: RunningPlugin): string | undefined {
  const { config, secrets } = live();
  if (!URL.canParse(url)) return undefined;
  const { pathname, searchParams } = new URL(url);
  if (!sameSecret(searchParams.get('token') ?? '', secrets.replyToken)) return undefined;
  const named = /\/api\/reply\/([^/]+)\/?$/.exec(pathname)?.[1];
  return config.accounts.find(({ name, active }) => (named === undefined ? active : name === named))?.name;
}
