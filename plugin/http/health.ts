import { Router } from 'express';
import type { Health } from '../core/health';

/** `GET /health`: 503 when messages cannot be taken in, 200 otherwise; the body says what is wrong. */
export function healthRoutes(read: () => Health): Router {
  const router = Router();
  router.get('/health', (_request, response) => {
    const health = read();
    response.status(health.status === 'broken' ? 503 : 200).json(health);
  });
  return router;
}
