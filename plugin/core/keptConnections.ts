import type { Agent as HttpAgent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Whoever serves a connection keeps it for longer than this without a call: nginx 75 s, Node.js 5 s, Apache 5 s. Milliseconds. */
const idleMs = 500;
/** After a call that took longer it is not kept: this process may have stood still, and the other side has closed it meanwhile. */
const longestCallMs = 2_000;
/** Then a new one is made, which may lead elsewhere: Motion has moved, or a load balancer sends calls to another machine. */
const oldestMs = 30_000;

/** What an agent of Node.js has that its types do not say, or say otherwise. */
interface Untyped {
  /** Finds a connection for a call. */
  addRequest: (request: ClientRequest, ...rest: unknown[]) => void;
  /** @returns whether the connection may be used again */
  keepSocketAlive: (socket: Socket) => boolean;
}

/** When things happened to a connection, in milliseconds since 1970. */
interface Times {
  madeAt: number;
  calledAt: number;
  idleSince: number;
}

/**
 * Keeps connections for the next call, but so briefly that the other side does not close one under a call: whether that call had an
 * effect would never be known. What was idle for longer is not used, even where this process stood still meanwhile and its timers with it.
 * @param agent made with `keepAlive`
 */
export function keptBriefly<Agent extends HttpAgent>(agent: Agent, now: () => number = Date.now): Agent {
  const known = new WeakMap<object, Times>();
  const untyped = agent as unknown as Untyped;
  const keep = untyped.keepSocketAlive.bind(agent);
  untyped.keepSocketAlive = (socket) => {
    const times = known.get(socket);
    if (!times || !isWithin(longestCallMs, times.calledAt, now()) || !isWithin(oldestMs, times.madeAt, now()))
      return false;
    times.idleSince = now();
    const isKept = keep(socket);
    socket.setTimeout(idleMs);
    return isKept;
  };
  const reuse = agent.reuseSocket.bind(agent);
  agent.reuseSocket = (socket, request) => {
    (socket as Socket).setTimeout(0);
    reuse(socket, request);
  };
  const place = untyped.addRequest.bind(agent);
  untyped.addRequest = (request, ...rest) => {
    // Of a list all or none: the agent looks for those that are destroyed at its beginning only, and takes from its end.
    for (const sockets of Object.values(agent.freeSockets))
      if (sockets?.some((socket) => !isWithin(idleMs, known.get(socket)?.idleSince ?? 0, now())))
        for (const socket of sockets) socket.destroy();
    request.once('socket', (socket) => {
      const { madeAt = now() } = known.get(socket) ?? {};
      known.set(socket, { madeAt, calledAt: now(), idleSince: 0 });
    });
    place(request, ...rest);
  };
  return agent;
}

/** Also false where the clock was set back since. */
const isWithin = (ms: number, since: number, now: number) => now >= since && now - since < ms;
