/** The plugin's usual port; another one is remembered by the browser once it was entered. */
const usualPort = 3002;
const portKey = 'openchannel-x port';

/** Makes the address of a call from its name. */
export type AddressOf = (method: string) => string;

/**
 * Where the plugin's API may be, the likeliest first: beside the page, where the plugin itself serves it, or behind
 * the host's proxy, where the host serves it.
 */
export function possibleAddresses(page: URL): AddressOf[] {
  const beside = /^(.*)\/panel\/(?:index\.html)?$/.exec(page.pathname)?.[1];
  const behindHost = throughHost(page, Number(page.searchParams.get('port')) || rememberedPort());
  return [
    ...(beside === undefined ? [] : [(method: string) => `${page.origin}${beside}/api/admin/${method}`]),
    behindHost,
  ];
}

/** The address behind the host's proxy for plugins. */
export function throughHost({ origin }: URL, port: number): AddressOf {
  return (method) => `${origin}/api/plugins/webhook?port=${port}&encoding=binary&path=/api/admin/${method}`;
}

export function rememberedPort(): number {
  return Number(remembered(portKey)) || usualPort;
}

export function rememberPort(port: number): void {
  remember(portKey, String(port));
}

/** What this browser remembers; nothing where a frame may not. */
export function remembered(key: string): string | undefined {
  try {
    return window.localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // A frame of another site: it is entered again the next time.
  }
}
