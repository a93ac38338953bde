import axios, { type AxiosResponse } from 'axios';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import type { Clock } from '../bridge/clock';
import { BridgeError } from '../bridge/errors';
import type { FileStream } from '../bridge/sides';
import { steadyStream } from '../bridge/steadyStream';
import { transportFault } from '../bridge/transport';
import type { XKeys } from './keys';
import { checkMediaUrl, needsSignature } from './mediaHosts';
import { publicLookup } from './publicLookup';
import { signRequest } from './signRequest';

export interface OpenMediaOptions {
  keys: XKeys;
  mediaHosts: readonly string[];
  /** X's, which checks the time of what is signed. */
  clock: Clock;
}

/** Plain http goes to a loopback address that is listed with its port; all else has to be on the internet. */
const httpsAgent = new Agent({ lookup: publicLookup() });

const mostRedirects = 3;
const timeout = 30_000;

/**
 * Opens a customer's photo or video on X's side for reading. Every redirect is checked like the first
 * address, so that none leads out of X's media hosts.
 * @throws BridgeError `media-unavailable`, retryable when X may have it later
 */
export async function openMedia(
  address: string,
  name: string,
  options: OpenMediaOptions,
): Promise<FileStream> {
  let url = checkMediaUrl(address, options.mediaHosts);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await fetchMedia(url, options);
    const target = redirectTarget(response, url);
    if (target === undefined) return fileOf(response, name, url, options.clock);
    response.data.destroy();
    url = checkMediaUrl(target, options.mediaHosts);
  }
  throw new BridgeError('media-unavailable', `media on ${url.hostname} redirect too often`);
}

async function fetchMedia(url: URL, options: OpenMediaOptions): Promise<AxiosResponse<Readable>> {
  if (needsSignature(url)) return request(url, options, true);
  const response = await request(url, options, false);
  if (response.status !== 401 && response.status !== 403) return response;
  response.data.destroy();
  return request(url, options, true);
}

async function request(
  url: URL,
  options: OpenMediaOptions,
  signed: boolean,
): Promise<AxiosResponse<Readable>> {
  const authorization = signed
    ? { authorization: signRequest(options.keys, 'GET', url.href, options.clock.now()) }
    : {};
  try {
    return await axios.get<Readable>(url.href, {
      headers: { ...authorization, 'accept-encoding': 'identity' },
      responseType: 'stream',
      decompress: false,
      maxRedirects: 0,
      validateStatus: () => true,
      timeout,
      proxy: false,
      httpsAgent,
    });
  } catch (error) {
    const { code } = transportFault(error);
    throw new BridgeError('media-unavailable', `media on ${url.hostname} cannot be reached (${code})`, {
      retryable: true,
    });
  }
}

function redirectTarget(response: AxiosResponse<Readable>, from: URL): string | undefined {
  if (response.status < 300 || response.status >= 400) return undefined;
  const location: unknown = response.headers['location'];
  return typeof location === 'string' && URL.canParse(location, from.href)
    ? new URL(location, from.href).href
    : '';
}

function fileOf(response: AxiosResponse<Readable>, name: string, url: URL, clock: Clock): FileStream {
  const { status } = response;
  if (status !== 200) {
    response.data.destroy();
    const retryable = status >= 500 || status === 429 || status === 408;
    throw new BridgeError('media-unavailable', `media on ${url.hostname} answered ${status}`, {
      status,
      retryable,
    });
  }
  const length: unknown = response.headers['content-length'];
  const type: unknown = response.headers['content-type'];
  return {
    name,
    type: typeof type === 'string' ? type : 'application/octet-stream',
    size: typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : undefined,
    stream: steadyStream(response.data, clock),
  };
}
