import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import { say } from '../../texts/text';

const realm = z.object({ id: z.string(), address: z.url() });
const realms = z.looseObject({ realms: z.array(realm).min(1) });
const backup = z.object({
  key_store_token_map_json: z.string(),
  max_guess_count: z.number().int().positive().optional().catch(undefined),
  token_map: z.array(
    z.object({ key: z.string(), value: z.object({ token: z.string(), address: z.string().optional() }) }),
  ),
});

/** The services the backup lies on are X's own. */
const xDomains = /(?:^|\.)(?:x|twitter)\.com$/;

/**
 * How to reach the backup of an account's keys, as X told it. The PIN goes to these services only, in a form they
 * cannot read.
 * @returns the library's configuration as it came, each realm's token by the realm's id, and how many guesses a new backup
 *   allows
 * @throws BridgeError when it cannot be understood, or names services that are not X's
 */
export function readBackupConfig(
  value: unknown,
  apiBaseUrl: string,
): { config: string; tokens: Record<string, string>; guesses: number } {
  const read = backup.safeParse(value);
  if (!read.success) throw refusal('cannot be understood');
  const { key_store_token_map_json: config, token_map: tokens, max_guess_count: guesses = 20 } = read.data;
  for (const { address } of readRealms(config)) checkAddress(address, apiBaseUrl);
  return {
    config,
    guesses,
    tokens: Object.fromEntries(tokens.map(({ key, value: { token } }) => [key.toLowerCase(), token])),
  };
}

function readRealms(config: string): z.infer<typeof realm>[] {
  try {
    return realms.parse(JSON.parse(config)).realms;
  } catch {
    throw refusal('cannot be understood');
  }
}

/** X's own domain over https, or the machine X's API itself was set to. */
function checkAddress(address: string, apiBaseUrl: string): void {
  const [url, api] = [new URL(address), new URL(apiBaseUrl)];
  const isX = url.protocol === 'https:' && xDomains.test(url.hostname) && url.port === '';
  const isApi = url.protocol === api.protocol && url.hostname === api.hostname;
  if (!isX && !isApi) throw refusal(`names a service that is not X's (${url.hostname})`);
}

function refusal(why: string): BridgeError {
  return new BridgeError('bad-request', say('pin.badBackup', { why }));
}
