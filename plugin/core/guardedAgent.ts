import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { takenOver } from './transport';

/** Whether a call may still be made, asked when the connection stands and nothing has been sent yet. Never rejects. */
export type MayCall = () => Promise<boolean>;

interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

/**
 * Agents for calls that may be made once only: a process that stood still for a while must not make one that another process has
 * taken over. No kept connections, since on those nothing is asked.
 */
export function guardedAgents(mayCall: MayCall, options: AgentOptions & { ca?: Buffer } = {}): Agents {
  const fresh = { ...options, keepAlive: false };
  return {
    httpAgent: guarded(new HttpAgent(fresh), mayCall),
    httpsAgent: guarded(new HttpsAgent(fresh), mayCall),
  };
}

function guarded<Agent extends HttpAgent>(agent: Agent, mayCall: MayCall): Agent {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, done) => {
    const socket = connect(options) as Duplex;
    const stands = socket instanceof TLSSocket ? 'secureConnect' : 'connect';
    const failed = (error: Error) => done?.(error, socket);
    socket.once('error', failed);
    socket.once(stands, () => {
      void mayCall().then((may) => {
        socket.removeListener('error', failed);
        if (may) done?.(null, socket);
        else {
          socket.destroy();
          done?.(
            Object.assign(new Error('another process handles the account now'), { code: takenOver }),
            socket,
          );
        }
      });
    });
    return undefined;
  };
  return agent;
}
