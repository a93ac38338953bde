import axios from 'axios';
import { createHmac, randomBytes } from 'node:crypto';
import { reasonOf } from '../../core/errors';
import { sameSecret } from '../../core/sameSecret';
import { answerChallenge } from './challenge';
import { phrase } from '../../texts/text';

/** What came of calling our own webhook the way X does. */
export interface SelfTest {
  challenge: string | undefined;
  signature: string | undefined;
}

const call = {
  timeout: 8_000,
  maxRedirects: 0,
  validateStatus: () => true,
  proxy: false,
  maxContentLength: 65_536,
} as const;

/**
 * Calls the webhook through its public address: the challenge, and an empty event with our own signature.
 * @returns for each what is wrong, in words; undefined when it is good
 */
export async function testWebhook(url: string, consumerSecret: string): Promise<SelfTest> {
  const challenge = await testChallenge(url, consumerSecret).catch(unreachable);
  if (challenge !== undefined) return { challenge, signature: phrase('selfTest.notTested') };
  return { challenge, signature: await testSignature(url, consumerSecret).catch(unreachable) };
}

async function testChallenge(url: string, consumerSecret: string): Promise<string | undefined> {
  const token = randomBytes(16).toString('hex');
  const address = new URL(url);
  address.searchParams.set('crc_token', token);
  const { status, data } = await axios.get<unknown>(address.toString(), call);
  const given = (data as { response_token?: unknown } | undefined)?.response_token;
  const expected = answerChallenge(token, consumerSecret);
  if (status === 200 && typeof given === 'string' && sameSecret(given, expected)) return undefined;
  return status === 200 ? phrase('selfTest.otherAccount') : phrase('selfTest.status', { status });
}

async function testSignature(url: string, consumerSecret: string): Promise<string | undefined> {
  // An envelope without events; the blanks are gone when a proxy writes the body again.
  const body = '{ "data": [ ] }';
  const signature = createHmac('sha256', consumerSecret).update(body).digest('base64');
  const { status } = await axios.post<unknown>(url, body, {
    ...call,
    headers: { 'content-type': 'application/json', 'x-twitter-webhooks-signature': `sha256=${signature}` },
    transformRequest: (data: unknown) => data,
  });
  if (status === 200) return undefined;
  return status === 401 ? phrase('selfTest.signature') : phrase('selfTest.eventStatus', { status });
}

const unreachable = (error: unknown) => phrase('selfTest.unreachable', { reason: reasonOf(error) });
