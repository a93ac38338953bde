import { raw, Router, type Request } from 'express';

/** What the webhook's routes need of X's side. */
export interface WebhookPort {
  challenge(name: string | undefined, pathSecret: string | undefined, token: string | undefined): string;
  receive(call: {
    name: string | undefined;
    pathSecret: string | undefined;
    signature: string | undefined;
    rawBody: Buffer;
  }): Promise<void>;
}

const paths = ['/', '/:name', '/:name/:secret'];

/** `GET` and `POST /api/messages[/NAME[/SECRET]]`: X's challenge and X's events. */
export function messagesRoutes(webhook: WebhookPort): Router {
  const router = Router();
  router.get(paths, (request, response) => {
    const token = request.query['crc_token'];
    const { name, secret } = pathOf(request);
    const answer = webhook.challenge(name, secret, typeof token === 'string' ? token : undefined);
    response.json({ response_token: answer });
  });
  // The signature is over the bytes as they came, so nothing may parse or inflate them first.
  router.post(paths, raw({ type: () => true, limit: '1mb', inflate: false }), async (request, response) => {
    const { name, secret } = pathOf(request);
    await webhook.receive({
      name,
      pathSecret: secret,
      signature: request.get('x-twitter-webhooks-signature'),
      rawBody: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    });
    response.json({ status: 'accepted' });
  });
  return router;
}

function pathOf(request: Request): { name: string | undefined; secret: string | undefined } {
  const { name, secret } = request.params;
  return {
    name: typeof name === 'string' ? name : undefined,
    secret: typeof secret === 'string' ? secret : undefined,
  };
}
