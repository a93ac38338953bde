import express, { type Express, type Router } from 'express';
import { speakIn } from '../texts/text';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../core/ports';
import { ConfigError } from '../settings/load';
import { answerErrors, answerNotFound } from './answers';

/** Connections at a time. X, the host and the admins need a few dozen; each takes memory before it says who it is. */
const maxConnections = 1_000;

/** A body of at most 1 MB takes no longer than this; whoever is slower is not X. Milliseconds. */
const usualTimes = { requestTimeout: 30_000, headersTimeout: 15_000, connectionsCheckingInterval: 5_000 };

/** Whoever reads none of an answer, or says nothing more, keeps no connection for longer. Milliseconds. */
const maxSilence = 120_000;

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
  const server = createServer(times);
  server.maxConnections = maxConnections;
  server.timeout = maxSilence;
  return server;
}

/** Starts listening. @returns the port. @throws the system's error, `EADDRINUSE` when the port is in use */
export function listen(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Where the plugin listens. */
interface Place {
  port: number;
  bindAddress: string;
}

/** Listens elsewhere, where the configuration names another port or address. @throws ConfigError when it cannot be */
export async function listenElsewhere(
  former: Place,
  { port, bindAddress }: Place,
  app: RequestListener,
): Promise<{ server: Server; port: number } | undefined> {
  if (port === former.port && bindAddress === former.bindAddress) return undefined;
  const server = createHttpServer();
  // Not in the language of the admin who moved it.
  server.on('request', (request, response) => speakIn('en', () => app(request, response)));
  try {
    return { server, port: await listen(server, port, bindAddress) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const [key, value] = code === 'EADDRNOTAVAIL' ? ['bindAddress', bindAddress] : ['port', port];
    const why =
      code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code ?? 'unknown'})`;
    throw new ConfigError([`${key}: ${value} ${why}`]);
  }
}

/** Accepts nothing more and resolves when all running calls have been answered. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
