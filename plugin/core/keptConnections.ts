import type { Agent as HttpAgent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** Whoever serves a connection keeps it for longer than this without a call: nginx 75 s, Node.js 5 s, Apache 5 s. Milliseconds. */
const idleMs = 500;

/** What an agent of Node.js has that its types do not say, or say otherwise. */
interface Untyped {
  /** Finds a connection for a call. */
  addRequest: (request: ClientRequest, ...rest: unknown[]) => void;
  /** @returns whether the connection may be used again */
  keepSocketAlive: (socket: Socket) => boolean;
}

/**
 * Keeps connections for the next call, but so briefly that the other side does not close one under a call: whether that call had an
 * effect would never be known. What was idle for longer is not used, even where this process stood still meanwhile and its timers with it.
 * @param agent made with `keepAlive`
 */
export function keptBriefly<Agent extends HttpAgent>(agent: Agent, now: () => number = Date.now): Agent {
  const idleSince = new WeakMap<object, number>();
  const untyped = agent as unknown as Untyped;
  const keep = untyped.keepSocketAlive.bind(agent);
  untyped.keepSocketAlive = (socket) => {
    idleSince.set(socket, now());
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
    for (const socket of Object.values(agent.freeSockets).flatMap((each) => each ?? [])) {
      const idle = now() - (idleSince.get(socket) ?? 0);
      if (idle < 0 || idle >= idleMs) socket.destroy();
    }
    place(request, ...rest);
  };
  return agent;
}
