import { Router } from 'express';
import type { CallbackAnswer } from '../admin/callbackAddress';
import { BridgeError } from '../core/errors';

/** @returns undefined when no sign-in waits for this answer. @throws BridgeError in words for whoever signed in */
export type TakeCallback = (answer: CallbackAnswer) => Promise<{ handle: string } | undefined>;

/** A code of X has some hundred characters. */
const maxLength = 2_000;

/**
 * `GET /api/oauth2/callback`: where X sends the admin's browser after an OAuth 2.0 sign-in (X docs: authorization code flow;
 * RFC 6749 §4.1.2). Without the state of a sign-in under way nothing is done.
 */
export function oauth2CallbackRoutes(take: TakeCallback): Router {
  const router = Router();
  router.get('/api/oauth2/callback', async (request, response) => {
    const said = (name: string) => {
      const value = request.query[name];
      return typeof value === 'string' && value.length <= maxLength ? value : undefined;
    };
    response.set({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const answer = { state: said('state') ?? '', code: said('code'), error: said('error') };
    try {
      const identity = await take(answer);
      if (identity) response.type('html').send(page('Connected', `Connected with X as @${identity.handle}.`));
      else response.status(400).type('html').send(page('Nothing was done', strange));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      response.status(400).type('html').send(page('Not connected', error.message));
    }
  });
  return router;
}

const strange =
  'This sign-in is unknown or too old. Start again in the panel: Accounts, Edit, Connect with X.';

const escaped = (text: string) =>
  text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

function page(heading: string, words: string): string {
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${heading}</title><h1>${heading}</h1><p>${escaped(words)}</p>` +
    `<p>You can close this window and go back to the panel.</p></html>`
  );
}
