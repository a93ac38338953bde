import { Router, type Request, type Response } from 'express';
import { refuseSignature, tokenOf } from './oauth1';
import type { World } from './world';

/** Media of messages: photos behind the sign-in (as on ton.twitter.com), the rest open. */
export function fileRoutes(world: World, url: () => string): Router {
  const router = Router();
  router.get('/1.1/ton/data/dm/:id', (request, response) => {
    const { authorization = '' } = request.headers;
    const known = world.credentials.get(tokenOf(authorization) ?? '');
    const { pathname, searchParams } = new URL(request.originalUrl, url());
    const signed = { method: 'GET', baseUrl: `${url()}${pathname}`, query: [...searchParams], authorization };
    if (!known || refuseSignature(signed, known.keys, world.now())) response.status(401).end();
    else send(world, request, response);
  });
  router.get('/media/:id', (request, response) => send(world, request, response));
  return router;
}

function send(world: World, request: Request, response: Response): void {
  const media = world.media.get(String(request.params['id']));
  if (!media?.content) response.status(404).end();
  else response.type(media.mime).send(media.content);
}
