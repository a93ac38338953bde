import express, { type Express, type Router } from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../bridge/ports';
import { answerErrors, answerNotFound } from './answers';

/** A body of at most 1 MB takes no longer than this; whoever is slower is not X. Milliseconds. */
const usualTimes = { requestTimeout: 30_000, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 };

/** Puts the routes behind one app. */
export function createApp(routes: { path: string; router: Router }[], log: Log): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Plain strings only: nested query objects are no use here and have led to surprises.
  app.set('query parser', 'simple');
  for (const { path, router } of routes) app.use(path, router);
  app.use(answerNotFound);
  app.use(answerErrors(log));
  return app;
}

/** A server that has not begun to listen, nor serves anything yet. @param times how long a call may take to come in */
export function createHttpServer(times = usualTimes): Server {
  return createServer(times);
}

/**
 * Starts listening.
 * @returns the port, which differs from the one asked for only when that is 0
 * @throws the system's error, `EADDRINUSE` when the port is in use
 */
export function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Accepts nothing more and resolves when all running calls have been answered. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
