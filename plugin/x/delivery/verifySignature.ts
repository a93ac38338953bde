import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Whether X signed these bytes with this app's secret (X docs: webhooks, securing). Takes the same time for
 * every wrong signature.
 * @param header the `x-twitter-webhooks-signature` header, `sha256=<base64>`
 */
export function verifySignature(rawBody: Buffer, header: string, consumerSecret: string): boolean {
  const expected = createHmac('sha256', consumerSecret).update(rawBody).digest();
  const given = Buffer.from(/^sha256=([A-Za-z0-9+/]{43}=)$/.exec(header)?.[1] ?? '', 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
