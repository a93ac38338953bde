import axios from 'axios';
import { z } from 'zod';
import { BridgeError } from '../../core/errors';
import { plainCall, reach } from './plainCall';

export interface AppTokenOptions {
  apiBaseUrl: string;
  consumerKey: string;
  consumerSecret: string;
}

const tokenAnswer = z.object({ access_token: z.string().min(1) });

/** The app's own token, derived from its keys when it is first needed (X docs: OAuth 2.0 bearer token). */
export class AppToken {
  private token: Promise<string> | undefined;

  constructor(private readonly options: AppTokenOptions) {}

  /** Whether there are keys to derive it from: an account with OAuth 2.0 alone may have none. */
  isConfigured(): boolean {
    return this.options.consumerKey !== '' && this.options.consumerSecret !== '';
  }

  /** @throws BridgeError `app-refused` when X does not know these keys; retryable when it cannot be reached */
  get(): Promise<string> {
    this.token ??= this.derive().catch((error: unknown) => {
      this.token = undefined;
      throw error;
    });
    return this.token;
  }

  /** X no longer takes the token: the next call derives a new one. */
  drop(): void {
    this.token = undefined;
  }

  private async derive(): Promise<string> {
    const { apiBaseUrl, consumerKey, consumerSecret } = this.options;
    // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    const username = encodeURIComponent(consumerKey);
    const password = encodeURIComponent(consumerSecret);
    const response = await reach(
      axios.post<unknown>(`${apiBaseUrl.replace(/\/+$/, '')}/oauth2/token`, 'grant_type=client_credentials', {
        ...plainCall,
        auth: { username, password },
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
      }),
    );
    const read = tokenAnswer.safeParse(response.data);
    if (response.status === 200 && read.success) return read.data.access_token;
    const { status } = response;
    if (status === 401 || status === 403)
      throw new BridgeError(
        'app-refused',
        'X does not know these keys: check consumerKey and consumerSecret',
        {
          status,
        },
      );
    throw new BridgeError('x-unavailable', `X answered ${status} to POST /oauth2/token`, {
      status,
      retryable: true,
    });
  }
}
