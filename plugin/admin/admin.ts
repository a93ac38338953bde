import { BridgeError } from '../bridge/errors';
import type { Method, ReportQuery } from '../panel/api';
import { Door } from './door';
import { createHandlers, type Handlers, type Work } from './handlers';
import { inputs, readInput } from './inputs';
import type { AdminPorts } from './ports';
import { reportAsCsv } from './report';
import type { Session } from './sessions';

/** A call of the panel, free of any transport. */
export interface AdminCall {
  method: string;
  input: unknown;
  /** The session as the cookie and as the body carry it. */
  cookie: string | undefined;
  token: string | undefined;
  csrf: string | undefined;
  /** Whether the cookie of an earlier hello came back. */
  cookiePasses: boolean;
}

export interface AdminAnswer {
  body: unknown;
  /** The session to put into the cookie; empty to take it away. */
  cookie?: string;
}

/** A call of the report's own address, by a browser that is signed in or by a program with a password. */
export interface ReportCall {
  cookie: string | undefined;
  /** `username` is empty, or `admin`, for the panel's own password. */
  credentials: { username: string; password: string } | undefined;
  query: ReportQuery;
  format: 'csv' | 'json';
}

export interface Admin {
  /** @throws BridgeError, ConfigError */
  call(call: AdminCall): Promise<AdminAnswer>;
  /** The report as text. @throws BridgeError */
  report(call: ReportCall): Promise<string>;
}

/** The panel's server side. */
export function createAdmin(ports: AdminPorts): Admin {
  const door = new Door(ports);
  const handlers = createHandlers(ports);
  return {
    call: async (call) => {
      const { method } = call;
      if (!isMethod(method)) throw new BridgeError('bad-request', 'There is no such call.');
      const session = door.sessions.of(call);
      // Private keys leave only with the password, so that an open browser is not enough.
      if (method === 'exportChatKeys') await door.confirm(required(session), inputOf(method, call).confirm);
      return (
        (await atTheDoor(method, call, session, door)) ?? {
          body: await work(method as Work, call, session, handlers),
        }
      );
    },
    report: async ({ cookie, credentials, query, format }) => {
      // Reading is no change, so a session in the cookie needs no second token here.
      if (!door.sessions.find(cookie)) await identify(credentials, door);
      const report = await ports.report(query);
      return format === 'csv' ? reportAsCsv(report) : JSON.stringify(report);
    },
  };
}

async function identify(credentials: ReportCall['credentials'], door: Door): Promise<void> {
  if (!credentials) throw pleaseSignIn();
  const { username, password } = credentials;
  await door.identify({ username: username === 'admin' ? '' : username, password });
}

/** The calls about signing in and out; undefined for all others. */
async function atTheDoor(
  method: Method,
  call: AdminCall,
  session: Session | undefined,
  door: Door,
): Promise<AdminAnswer | undefined> {
  switch (method) {
    case 'hello':
      // Reading is no change, so a session in the cookie needs no second token here.
      return { body: door.hello(session ?? door.sessions.find(call.cookie), call.cookiePasses) };
    case 'claim': {
      const { code, password, carrier } = inputOf('claim', call);
      return opened(await door.claim(code, password, carrier));
    }
    case 'signIn':
      return opened(await door.signIn(inputOf('signIn', call)));
    case 'signOut':
      if (session) door.sessions.end(session);
      return { body: {}, cookie: '' };
    case 'changePassword': {
      const { current, next } = inputOf('changePassword', call);
      await door.changePassword(required(session), current, next);
      return { body: {}, cookie: '' };
    }
    default:
      return undefined;
  }
}

function opened({ answer, cookie }: Awaited<ReturnType<Door['signIn']>>): AdminAnswer {
  return { body: answer, ...(cookie === undefined ? {} : { cookie }) };
}

function work(method: Work, call: AdminCall, session: Session | undefined, handlers: Handlers): unknown {
  const signedIn = required(session);
  const handler = handlers[method] as (input: unknown, session: Session) => unknown;
  return handler(inputOf(method, call), signedIn);
}

function inputOf<M extends Method>(method: M, { input }: AdminCall) {
  const read = readInput(method, input);
  if ('fault' in read) throw new BridgeError('bad-request', `The call cannot be understood (${read.fault}).`);
  return read.input;
}

function required(session: Session | undefined): Session {
  if (session) return session;
  throw pleaseSignIn();
}

function pleaseSignIn(): BridgeError {
  return new BridgeError('unauthorized', 'Please sign in.');
}

function isMethod(name: string): name is Method {
  return Object.hasOwn(inputs, name);
}
