import { Router } from 'express';
import type { Health } from '../core/health';

/** `GET /health`: 503 when messages cannot be taken in, 200 otherwise; the body says what is wrong. */
export function healthRoutes(read: () => Promise<Health>): Router {
  const router = Router();
  router.get('/health', async (_request, response) => {
    const health = await read();
    response.status(health.status === 'broken' ? 503 : 200).json(health);
  });
  return router;
}
