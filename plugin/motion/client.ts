import axios, { type AxiosInstance, type AxiosResponse, type AxiosRequestConfig } from 'axios';
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { BridgeError } from '../core/errors';
import type { Counters } from '../core/ports';
import type { RemoteClock } from '../core/remoteClock';
import { guardedAgents, type MayCall } from '../core/guardedAgent';
import { keptBriefly } from '../core/keptConnections';
import type { SignInGate } from '../core/signInGate';
import { steadyStream } from '../core/steadyStream';
import { transportFault, whyUnreachable } from '../core/transport';
import { say } from '../texts/text';

export interface HostClientOptions {
  /** The host's address, with or without a final `/api`. */
  baseUrl: string;
  username: string;
  password: string;
  apiKey: string;
  /** A PEM file with the certificate authority of a self-signed host; empty for the usual ones. */
  caFile: string;
  /** Learns from the host's answers what time it is there. */
  clock: RemoteClock;
  counters: Counters;
  /** Whether a call that changes something may be made, where another process may have taken the account over. */
  mayCall: MayCall | undefined;
  /** Holds calls back while the host refuses the sign-in; without it each call is made. */
  gate?: SignInGate;
  /** Hears whether the host accepted the sign-in. */
  onSignIn: (accepted: boolean, reason: string | undefined) => void;
}

export interface HostCall extends Pick<AxiosRequestConfig, 'data' | 'headers' | 'responseType'> {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  /** Milliseconds until the call is given up. */
  timeout: number;
  /** Ends the call, instead of the time-out, where it takes as long as it goes on. */
  signal?: AbortSignal;
  /** The path's pattern, for the log and the metrics. */
  name: string;
  /** Whether the call may have taken effect when no answer came. */
  changesThings?: boolean;
}

/** A longer answer that is not a file is none of the host's; also after unpacking. Bytes. */
const maxAnswerBytes = 16 * 1024 * 1024;

/** Statuses with which the host says that it can never take this very message. */
const never = new Set([400, 413, 415, 422]);

/** The host's API: signs in, and turns faults into BridgeErrors. */
export class HostClient {
  private readonly http: AxiosInstance;
  /** Of calls that change something. */
  private readonly agents: ReturnType<typeof guardedAgents> | undefined;

  constructor(private readonly options: HostClientOptions) {
    const { username, password, apiKey, caFile, mayCall } = options;
    const ca = caFile === '' ? {} : { ca: readFileSync(caFile) };
    this.agents = mayCall && guardedAgents(mayCall, ca);
    this.http = axios.create({
      baseURL: `${options.baseUrl.replace(/\/+$/, '').replace(/\/api$/, '')}/api`,
      ...(apiKey === '' ? {} : { params: { apikey: apiKey } }),
      ...(apiKey === '' && username !== '' ? { auth: { username, password } } : {}),
      httpAgent: keptBriefly(new HttpAgent({ keepAlive: true })),
      httpsAgent: keptBriefly(new HttpsAgent({ keepAlive: true, ...ca })),
      maxRedirects: 0,
      decompress: true,
      validateStatus: () => true,
      proxy: false,
    });
  }

  /**
   * Makes a call and returns the host's answer, whose status is 2xx.
   * @throws BridgeError `host-unavailable`, `signed-out-of-host` (both retryable) or `refused-by-host`
   */
  async call<T>(call: HostCall): Promise<AxiosResponse<T>> {
    const heldUntil = this.options.gate?.enter();
    if (heldUntil !== undefined)
      throw signedOut(
        'XCALLY Motion refuses the sign-in; not asked again before the pause is over',
        heldUntil,
      );
    const response = await this.request<T>(call);
    const { status } = response;
    this.options.counters.count('host_calls', { call: call.name, status: String(status) });
    if (status >= 200 && status < 300) {
      this.options.gate?.accepted();
      this.options.onSignIn(true, undefined);
      return response;
    }
    discard(response.data);
    const fault = this.faultOf(call, status, response.data);
    // A gateway's answer, or a refusal of this one call.
    this.options.gate?.learnedNothing();
    throw fault;
  }

  /** A file of the host that ends with an error when the host falls silent. */
  steady(stream: Readable): Readable {
    return steadyStream(stream, this.options.clock);
  }

  /** Calls `task` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, task: () => void): () => void {
    return this.options.clock.after(ms, task);
  }

  private async request<T>({ name, changesThings, ...call }: HostCall): Promise<AxiosResponse<T>> {
    const { clock } = this.options;
    const askedAt = clock.toLocal(clock.now());
    try {
      const agents = changesThings === true ? this.agents : undefined;
      const response = await this.http.request<T>({ ...call, ...limits(call), ...agents, url: call.path });
      clock.learn(response.headers['date'], askedAt);
      return response;
    } catch (error) {
      const { code, neverConnected } = transportFault(error);
      this.options.gate?.learnedNothing();
      this.options.counters.count('host_calls', { call: name, status: 'unreachable' });
      throw new BridgeError('host-unavailable', say('transport.motion', { why: whyUnreachable(code) }), {
        retryable: true,
        agentMessage: say('motion.unreachable'),
        outcomeUnknown: changesThings === true && !neverConnected,
      });
    }
  }

  private faultOf(call: HostCall, status: number, data: unknown): BridgeError {
    const said = `XCALLY Motion answered ${status} to ${call.name}`;
    if (status === 401 || status === 403) {
      this.options.onSignIn(false, said);
      // A user may be refused a single thing, which says nothing of the others.
      if (status === 401) this.options.gate?.refuse();
      return signedOut(
        `${said}; check host.username and host.password, or host.apiKey`,
        this.options.gate?.closed(),
        status,
      );
    }
    if (never.has(status)) return new BridgeError('refused-by-host', `${said}${wordsOf(data)}`, { status });
    return new BridgeError('host-unavailable', said, {
      status,
      retryable: true,
      outcomeUnknown: call.changesThings === true && status >= 500,
      agentMessage: say('motion.unavailable'),
    });
  }
}

function signedOut(words: string, retryAt: number | undefined, status?: number): BridgeError {
  return new BridgeError('signed-out-of-host', words, {
    retryable: true,
    agentMessage: say('motion.signedOut'),
    retryAt,
    status,
  });
}

/** A streamed answer is given up when it stalls, not when it is long; all others after their time-out. */
function limits(call: Omit<HostCall, 'name'>): Pick<AxiosRequestConfig, 'signal' | 'maxContentLength'> {
  if (call.responseType === 'stream') return {};
  return { signal: call.signal ?? AbortSignal.timeout(call.timeout), maxContentLength: maxAnswerBytes };
}

function discard(data: unknown): void {
  if (data instanceof Readable) data.destroy();
}

/** What the host says went wrong, where it says so in JSON. */
function wordsOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { message } = data as Record<string, unknown>;
  return typeof message === 'string' ? `: ${message.slice(0, 200)}` : '';
}
