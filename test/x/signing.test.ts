import { createHmac } from 'node:crypto';
import { answerChallenge, isPlainToken } from '../../plugin/x/delivery/challenge';
import { signRequest } from '../../plugin/x/api/signRequest';
import { verifySignature } from '../../plugin/x/delivery/verifySignature';
import { refuseSignature } from '../simulators/x/oauth1';

const keys = { consumerKey: 'ck', consumerSecret: 'c&s', accessToken: '1-at', accessTokenSecret: 's/+ =' };

describe.each(['HMAC-SHA1', 'HMAC-SHA256'] as const)('OAuth 1.0a with %s', (signatureMethod) => {
  const query: [string, string][] = [
    ['a', "it's (so) *good*!"],
    ['dm_event.fields', 'id,text'],
    ['ü', '100% & more'],
  ];
  const baseUrl = 'https://api.x.com/2/dm_events';
  const url = `${baseUrl}?${new URLSearchParams(query).toString()}`;

  test("is right by the simulator's own reading of RFC 5849", () => {
    const authorization = signRequest({ ...keys, signatureMethod }, 'GET', url, Date.now());
    expect(authorization).toContain(`oauth_signature_method="${signatureMethod}"`);
    expect(
      refuseSignature({ method: 'GET', baseUrl, query, authorization }, keys, Date.now()),
    ).toBeUndefined();
  });

  test('does not fit another method, address, query or key', () => {
    const sign = () => signRequest({ ...keys, signatureMethod }, 'GET', url, Date.now());
    const refusals = [
      refuseSignature({ method: 'POST', baseUrl, query, authorization: sign() }, keys, Date.now()),
      refuseSignature(
        { method: 'GET', baseUrl: `${baseUrl}/1`, query, authorization: sign() },
        keys,
        Date.now(),
      ),
      refuseSignature({ method: 'GET', baseUrl, query: [], authorization: sign() }, keys, Date.now()),
      refuseSignature(
        { method: 'GET', baseUrl, query, authorization: sign() },
        { ...keys, accessTokenSecret: 'x' },
        Date.now(),
      ),
    ];
    expect(refusals).toEqual(Array(4).fill('wrong signature'));
  });
});

test("the simulator's own check agrees with the worked example of X's documentation", () => {
  // X docs: creating a signature. The one published vector, so both sides cannot be wrong in the same way.
  const example = {
    consumerKey: 'xvz1evFS4wEEPTGEFPHBog',
    consumerSecret: 'kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw',
    accessToken: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
    accessTokenSecret: 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE',
  };
  const authorization =
    'OAuth oauth_consumer_key="xvz1evFS4wEEPTGEFPHBog", oauth_nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", ' +
    'oauth_signature="hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D", oauth_signature_method="HMAC-SHA1", ' +
    'oauth_timestamp="1318622958", oauth_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", oauth_version="1.0"';
  const query: [string, string][] = [
    ['include_entities', 'true'],
    ['status', 'Hello Ladies + Gentlemen, a signed OAuth request!'],
  ];
  const baseUrl = 'https://api.twitter.com/1.1/statuses/update.json';
  expect(
    refuseSignature({ method: 'POST', baseUrl, query, authorization }, example, 1318622958000),
  ).toBeUndefined();
});

test('a challenge is answered with the signature of its token', () => {
  const expected = createHmac('sha256', 'secret').update('a token+/=').digest('base64');
  expect(answerChallenge('a token+/=', 'secret')).toBe(`sha256=${expected}`);
});

test('a token that is an event is not answered, for its answer would be a valid signature', () => {
  expect(isPlainToken('NWY3OTkyYzEtZDJl+/=')).toBe(true);
  expect(isPlainToken('{"for_user_id":"1"}')).toBe(false);
  expect(isPlainToken('x'.repeat(2000))).toBe(false);
});

test('a signature fits the exact bytes and nothing else', () => {
  const body = Buffer.from('{"a":"\\/"}');
  const header = `sha256=${createHmac('sha256', 's').update(body).digest('base64')}`;
  expect(verifySignature(body, header, 's')).toBe(true);
  expect(verifySignature(Buffer.from('{"a":"/"}'), header, 's')).toBe(false);
  expect(verifySignature(body, header, 'other')).toBe(false);
  for (const broken of [
    '',
    'sha256=',
    'sha256=AAAA',
    header.slice(0, -2),
    `sha1=${header.slice(7)}`,
    `${header} `,
  ])
    expect(verifySignature(body, broken, 's')).toBe(false);
});
