import type { Config } from './schema';

/**
 * The address at which the internet reaches a path of the plugin: through Motion's proxy; without Motion's address, this
 * machine's.
 */
export function throughMotion({ host }: Pick<Config, 'host'>, port: number, path: string): string {
  return URL.canParse(host.baseUrl)
    ? `${new URL(host.baseUrl).origin}/api/plugins/webhook?port=${port}&encoding=binary&path=${path}`
    : `http://127.0.0.1:${port}${path}`;
}
