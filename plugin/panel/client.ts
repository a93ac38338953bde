import { language } from './texts';
import { possibleAddresses, remember, remembered, type AddressOf } from './address';
import type { Answer, Carrier, Empty, Fault, Hello, Input, Method, SignedIn } from './api';

const deviceKey = 'openchannel-x device';
const nothing: Empty = {};

/** What the plugin said instead of an answer. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly faults: Fault[],
  ) {
    super(message);
  }
}

/** Whether the session has ended, as anything that was thrown says. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof Refusal && error.code === 'not-signed-in';
}

/** The plugin, as the page talks to it. */
export class Client {
  private csrf: string | undefined;
  private token: string | undefined;
  /** Who is signed in. */
  user: string | undefined;
  /** Asks whoever is signed in for their password; undefined when they do not want to. */
  askPassword: (why: string) => Promise<string | undefined> = () => Promise.resolve(undefined);

  private constructor(
    private readonly addressOf: AddressOf,
    private readonly carrier: Carrier,
    readonly hello: Hello,
  ) {
    this.csrf = hello.session?.csrf;
    this.user = hello.session?.user;
  }

  /**
   * Finds the plugin, and what gets through on the way to it.
   * @returns undefined when nothing answers as the plugin does
   */
  static async find(page: URL): Promise<Client | undefined> {
    for (const addressOf of possibleAddresses(page)) {
      const client = await Client.at(addressOf);
      if (client) return client;
    }
    return undefined;
  }

  static async at(addressOf: AddressOf): Promise<Client | undefined> {
    try {
      // The first hello leaves a cookie; the second shows whether it comes back.
      await post<'hello'>(addressOf('hello'), { input: nothing });
      const hello = await post<'hello'>(addressOf('hello'), { input: nothing });
      return typeof hello.version === 'string'
        ? new Client(addressOf, hello.cookiePasses ? 'cookie' : 'body', hello)
        : undefined;
    } catch {
      return undefined;
    }
  }

  get isSignedIn(): boolean {
    return this.csrf !== undefined;
  }

  /** Calls the plugin; what needs the password once more asks for it, until it is right or given up. @throws Refusal */
  async call<M extends Method>(method: M, input: Input<M>): Promise<Answer<M>> {
    const { token, csrf } = this;
    for (let confirm: string | undefined; ;) {
      try {
        return await post<M>(this.addressOf(method), { input, token, csrf, confirm });
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'password-needed') throw error;
        confirm = await this.askPassword(error.message);
        if (confirm === undefined) throw error;
      }
    }
  }

  async claim(code: string, password: string): Promise<void> {
    this.open(await this.call('claim', { code, password, carrier: this.carrier }));
  }

  async signIn(username: string, password: string): Promise<void> {
    const device = remembered(deviceKey);
    const known = device === undefined ? {} : { device };
    this.open(await this.call('signIn', { username, password, carrier: this.carrier, ...known }));
  }

  async signOut(): Promise<void> {
    await this.call('signOut', nothing);
    this.csrf = undefined;
    this.token = undefined;
  }

  private open({ user, csrf, token, device }: SignedIn): void {
    this.user = user;
    this.csrf = csrf;
    this.token = token;
    remember(deviceKey, device);
  }
}

async function post<M extends Method>(address: string, body: object): Promise<Answer<M>> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, language }),
  });
  const answer: unknown = await response.json();
  if (response.ok) return answer as Answer<M>;
  const { error } = answer as { error?: { code?: string; message?: string; faults?: Fault[] } };
  throw new Refusal(
    response.status,
    error?.code ?? 'unknown',
    error?.message ?? `The plugin answered ${response.status}.`,
    error?.faults ?? [],
  );
}
