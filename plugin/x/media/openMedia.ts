import axios, { type AxiosResponse } from 'axios';
import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import type { Clock } from '../../core/clock';
import { BridgeError, reasonOf } from '../../core/errors';
import type { FileStream } from '../../core/gateways';
import { steadyStream } from '../../core/steadyStream';
import { transportFault } from '../../core/transport';
import type { XClient } from '../api/client';
import type { XKeys } from '../api/keys';
import { checkMediaUrl, needsSignature } from './mediaHosts';
import { publicLookup } from './publicLookup';
import { signRequest } from '../api/signRequest';

export interface OpenMediaOptions {
  client: Pick<XClient, 'open'>;
  /** The user's OAuth 1.0a keys, where there are any. */
  keys: XKeys | undefined;
  mediaHosts: readonly string[];
  /** X's, which checks the time of what is signed. */
  clock: Clock;
}

/** Plain http goes to a loopback address that is listed with its port; all else has to be on the internet. */
const httpsAgent = new Agent({ lookup: publicLookup() });

const maxRedirects = 3;
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
  const byEndpoint = await openMessageFile(url, name, options);
  if (byEndpoint) return byEndpoint;
  for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
    const response = await fetchMedia(url, options);
    const target = redirectTarget(response, url);
    if (target === undefined) return fileOf(response, name, url, options.clock);
    response.data.destroy();
    url = checkMediaUrl(target, options.mediaHosts);
  }
  throw new BridgeError('media-unavailable', `media on ${url.hostname} redirect too often`);
}

/** The three parts of the address of a file in a plain Direct Message. */
const messageFile = /\/1\.1\/ton\/data\/dm\/(\d+)\/(\d+)\/([\w.-]+)$/;

/**
 * A file of a plain Direct Message by the endpoint that X has for it, which takes OAuth 2.0 alone
 * (`GET /2/dm_conversations/media/:dm_id/:media_id/:resource_id`).
 * @returns undefined where it cannot be had so, and its address is to be asked with a signature
 */
async function openMessageFile(
  url: URL,
  name: string,
  { client, clock, keys }: OpenMediaOptions,
): Promise<FileStream | undefined> {
  const [, dm, media, resource] = messageFile.exec(url.pathname) ?? [];
  if (dm === undefined || media === undefined || resource === undefined) return undefined;
  try {
    const { stream, headers } = await client.open({
      method: 'GET',
      path: `/2/dm_conversations/media/${dm}/${media}/${resource}`,
      window: 'GET /2/dm_conversations/media/:dm_id/:media_id/:resource_id',
      headers: { 'accept-encoding': 'identity' },
      timeout,
    });
    return described(stream, headers, name, clock);
  } catch (error) {
    if (keys) return undefined;
    const retryable = error instanceof BridgeError && error.retryable;
    throw new BridgeError('media-unavailable', reasonOf(error), { retryable, cause: error });
  }
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
  const { keys, clock } = options;
  const authorization =
    signed && keys ? { authorization: signRequest(keys, 'GET', url.href, clock.now()) } : {};
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
  return described(response.data, response.headers, name, clock);
}

function described(
  stream: Readable,
  headers: AxiosResponse['headers'],
  name: string,
  clock: Clock,
): FileStream {
  const length: unknown = headers['content-length'];
  const type: unknown = headers['content-type'];
  return {
    name,
    type: typeof type === 'string' ? type : 'application/octet-stream',
    size: typeof length === 'string' && /^\d+$/.test(length) ? Number(length) : undefined,
    stream: steadyStream(stream, clock),
  };
}
