import { BridgeError } from '../core/errors';
import type { Method, ReportQuery, XIdentity } from '../panel/api';
import type { CallbackAnswer } from './callbackAddress';
import { Connections } from './connect';
import { AdminAuth, type NewSession } from './adminAuth';
import { createHandlers, type Caller, type Work } from './handlers';
import { finishedElsewhere, finishOAuth2, type FinishedSignIn } from './oauth2';
import { workWhereItBelongs } from './workElsewhere';
import { inputs } from '../panel/inputs';
import { readInput } from './inputs';
import { createReport, reportAsCsv } from './report';
import { MotionDirectory } from './motionDirectory';
import { Passwords } from './passwords';
import type { RunningPlugin } from './runningPlugin';
import type { Session } from './sessions';
import { say } from '../texts/text';

/** A call of the panel, free of any transport. */
export interface AdminCall {
  method: string;
  input: unknown;
  /** The session as the cookie and as the body carry it. */
  cookie: string | undefined;
  token: string | undefined;
  csrf: string | undefined;
  /** The password of whoever is signed in, where the call needs it once more. */
  confirm: string | undefined;
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
  /**
   * Does something for an account that this process handles, for an admin whom another process knows.
   * @throws BridgeError, ConfigError
   */
  work(method: string, input: unknown, user: string): Promise<unknown>;
  /** The report as text. @throws BridgeError */
  report(call: ReportCall): Promise<string>;
  /**
   * X has sent a browser back after a sign-in with OAuth 2.0; anybody may make this call.
   * @returns undefined when no sign-in waits for it, so that nothing was done
   * @throws BridgeError in the admin's words
   */
  oauth2Callback(answer: CallbackAnswer): Promise<XIdentity | undefined>;
}

/** The panel's server side. */
export function createAdmin(plugin: RunningPlugin): Admin {
  const motion = new MotionDirectory(plugin);
  const auth = new AdminAuth(plugin, createPasswords(plugin), motion);
  const connections = new Connections(plugin.clock);
  const handlers = createHandlers(plugin, connections, motion);
  const handle = (method: Work, input: unknown, caller: Caller) =>
    (handlers[method] as (input: unknown, caller: Caller) => unknown)(input, caller);
  const work = (method: Work, call: AdminCall, caller: Caller) => {
    const input = inputOf(method, call);
    return workWhereItBelongs(method, input, caller, plugin, () => handle(method, input, caller));
  };
  return {
    call: async (call) => {
      const { method } = call;
      if (!isMethod(method)) throw new BridgeError('bad-request', say('admin.unknownCall'));
      const session = await auth.sessionOf(call);
      return (
        (await answerAuthCall(method, call, session, auth)) ?? {
          body: await work(method as Work, call, callerOf(required(session), call, auth)),
        }
      );
    },
    work: async (method, input, user) => {
      if (method === finishedElsewhere) return finishOAuth2(input as FinishedSignIn, plugin);
      if (!isMethod(method)) throw new BridgeError('bad-request', say('admin.unknownCall'));
      // The process that knows the admin has asked for the password where it is needed.
      return handle(method as Work, input, {
        user,
        confirm: () => Promise.resolve(),
        endOthers: () => Promise.resolve(),
      });
    },
    oauth2Callback: async (answer) => connections.callback(answer),
    report: async ({ cookie, credentials, query, format }) => {
      if (!(await auth.readerOf(cookie))) await identify(credentials, auth);
      const report = await createReport(query, plugin);
      return format === 'csv' ? reportAsCsv(report) : JSON.stringify(report);
    },
  };
}

async function identify(credentials: ReportCall['credentials'], auth: AdminAuth): Promise<void> {
  if (!credentials) throw pleaseSignIn();
  const { username, password } = credentials;
  await auth.identify({ username: username === 'admin' ? '' : username, password });
}

/** The calls about signing in and out; undefined for all others. */
async function answerAuthCall(
  method: Method,
  call: AdminCall,
  session: Session | undefined,
  auth: AdminAuth,
): Promise<AdminAnswer | undefined> {
  switch (method) {
    case 'hello':
      return { body: auth.hello(session ?? (await auth.readerOf(call.cookie)), call.cookiePasses) };
    case 'claim': {
      const { code, password, carrier } = inputOf('claim', call);
      return withSession(await auth.claim(code, password, carrier));
    }
    case 'signIn':
      return withSession(await auth.signIn(inputOf('signIn', call)));
    case 'signOut':
      if (session) await auth.sessions.end(session);
      return { body: {}, cookie: '' };
    case 'changePassword': {
      const { current, next } = inputOf('changePassword', call);
      await auth.changePassword(required(session), current, next);
      return { body: {} };
    }
    default:
      return undefined;
  }
}

function withSession({ answer, cookie }: NewSession): AdminAnswer {
  return { body: answer, ...(cookie === undefined ? {} : { cookie }) };
}

/** What only they may do is theirs by the password, so that an open browser is not enough. */
function callerOf(session: Session, { confirm }: AdminCall, auth: AdminAuth): Caller {
  return {
    user: session.user,
    confirm: () => auth.confirm(session, confirm),
    endOthers: () => auth.sessions.endOthers(session),
  };
}

function inputOf<M extends Method>(method: M, { input }: AdminCall) {
  const read = readInput(method, input);
  if ('fault' in read)
    throw new BridgeError('bad-request', say('admin.unreadableCall', { fault: read.fault }));
  return read.input;
}

function required(session: Session | undefined): Session {
  if (session) return session;
  throw pleaseSignIn();
}

function pleaseSignIn(): BridgeError {
  return new BridgeError('not-signed-in', say('admin.pleaseSignIn'));
}

/** Whether there is such a call. */
export function isMethod(name: string): name is Method {
  return Object.hasOwn(inputs, name);
}

function createPasswords({ live, logs, print }: RunningPlugin): Passwords {
  return new Passwords({
    dataDir: live().config.dataDir,
    configured: () => live().config.admin.password,
    generated: () => live().secrets.adminPassword,
    onUnclaimed: (code, file) => {
      logs.log.warn(
        'the panel has not been claimed yet: open it and enter the set-up code, which is in a file',
        { file },
      );
      print(`Set-up code of the panel, until somebody has claimed it: ${code}\n`);
    },
  });
}
