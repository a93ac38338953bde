import { Router, type Request } from 'express';
import type { Webhook } from '../x/delivery/webhook';

const paths = ['/', '/:name', '/:name/:secret'];

/** `GET /api/messages[/NAME[/SECRET]]`: X's challenge. Its events are taken by `events.ts`. */
export function messagesRoutes(webhook: Pick<Webhook, 'challenge'>): Router {
  const router = Router();
  router.get(paths, (request, response) => {
    const token = request.query['crc_token'];
    const { name, secret } = pathOf(request);
    const answer = webhook.challenge(name, secret, typeof token === 'string' ? token : undefined);
    response.json({ response_token: answer });
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
