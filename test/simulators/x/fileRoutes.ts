import { Router, type Request, type Response } from 'express';
import { operation, type ApiContext } from './answers';
import { refuseSignature, tokenOf } from './oauth1';
import type { World } from './world';

const messageFile = '/2/dm_conversations/media/{dm_id}/{media_id}/{resource_id}';

/** Media of messages: photos behind the sign-in (as on ton.twitter.com, and by their endpoint), the rest open. */
export function fileRoutes(context: ApiContext): Router {
  const { world, url } = context;
  const router = Router();
  router.get('/1.1/ton/data/dm/:dm_id/:media_id/:resource_id', (request, response) => {
    const { authorization = '' } = request.headers;
    const known = world.credentials.get(tokenOf(authorization) ?? '');
    const { pathname, searchParams } = new URL(request.originalUrl, url());
    const signed = { method: 'GET', baseUrl: `${url()}${pathname}`, query: [...searchParams], authorization };
    if (!known || known.dead || refuseSignature(signed, known.keys, world.now())) response.status(401).end();
    else send(world, request, response);
  });
  router.get(
    '/2/dm_conversations/media/:dm_id/:media_id/:resource_id',
    operation(context, messageFile, (request, response) => send(world, request, response)),
  );
  router.get('/media/:media_id', (request, response) => send(world, request, response));
  return router;
}

function send(world: World, request: Request, response: Response): void {
  const media = world.media.get(String(request.params['media_id']));
  if (!media?.content) response.status(404).end();
  else response.type(media.mime).send(media.content);
}
