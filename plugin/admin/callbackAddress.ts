import { BridgeError } from '../core/errors';
import { say } from '../texts/text';

/** What X adds to the callback address. */
export interface CallbackAnswer {
  state: string;
  code: string | undefined;
  /** X's reason where the user said no, such as `access_denied`. */
  error: string | undefined;
}

/** @throws BridgeError `bad-request` when an address somebody pasted is none that X has sent a browser to */
export function readCallbackAddress(address: string): CallbackAnswer {
  const url = URL.canParse(address.trim()) ? new URL(address.trim()) : undefined;
  const [code, error] = [url?.searchParams.get('code'), url?.searchParams.get('error')];
  if (!url || (!code && !error)) throw new BridgeError('bad-request', say('connect.noCode'));
  return {
    state: url.searchParams.get('state') ?? '',
    code: code ?? undefined,
    error: error ?? undefined,
  };
}
