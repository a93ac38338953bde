import type { Answer, Fault, Input, Method } from '../../plugin/panel/api';

export interface Refused {
  status: number;
  code: string;
  message: string;
  /** Each as `path.to.key: what is wrong`. */
  faults: string[];
}

interface Refusal {
  code: string;
  message: string;
  faults?: Fault[];
}

/** The panel's API as a browser without cookies calls it. */
export class AdminClient {
  token: string | undefined;
  /** Sent along where a call needs it once more. */
  password: string | undefined;

  constructor(
    private readonly baseUrl: () => string,
    private readonly path = '/api/admin/',
  ) {}

  /** A call that is expected to be taken. */
  async call<M extends Method>(method: M, input: Input<M>): Promise<Answer<M>> {
    const { status, body } = await this.raw(method, input);
    if (status !== 200) throw new Error(`${method}: ${status} ${JSON.stringify(body)}`);
    return body as Answer<M>;
  }

  /** A call that is expected to be refused. */
  async refused<M extends Method>(method: M, input: Input<M>): Promise<Refused> {
    const { status, body } = await this.raw(method, input);
    if (status === 200) throw new Error(`${method} was taken`);
    const { code, message, faults = [] } = (body as { error: Refusal }).error;
    const inWords = ({ path, message: what }: Fault) => (path === '' ? what : `${path}: ${what}`);
    return { status, code, message, faults: faults.map(inWords) };
  }

  async raw(method: string, input: unknown): Promise<{ status: number; body: unknown; response: Response }> {
    const response = await fetch(`${this.baseUrl()}${this.path}${method}`, {
      method: 'POST',
      // A kept connection would outlive a plugin that is started again at the same port.
      headers: { connection: 'close' },
      body: JSON.stringify({ input, token: this.token, confirm: this.password }),
    });
    return { status: response.status, body: await response.json(), response };
  }

  /** Signs in with the panel's own password. */
  async signIn(password: string): Promise<void> {
    this.token = (await this.call('signIn', { password, carrier: 'body' })).token;
    this.password = password;
  }
}

/** The panel of a plugin, as whoever is signed in with its own password. */
export async function signedIn(rig: {
  url: string;
  secrets: { adminPassword: string };
}): Promise<AdminClient> {
  const admin = new AdminClient(() => rig.url);
  await admin.signIn(rig.secrets.adminPassword);
  return admin;
}
