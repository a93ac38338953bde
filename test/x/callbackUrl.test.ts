import { callbackUrl } from '../../plugin/x/delivery/callbackUrl';

const proxied = 'https://motion.example.com/api/plugins/webhook?port=3002&encoding=binary&path=/api/messages';

test('the address is registered as the admin wrote it', () =>
  expect(callbackUrl(proxied, 'support', undefined)).toBe(proxied));

test.each([
  [proxied, `${proxied}/support/S`],
  [`${proxied}/support`, `${proxied}/support/S`],
  [`${proxied}&token=t`, `${proxied}/support/S&token=t`],
  [
    proxied.replaceAll('/api/messages', '%2Fapi%2Fmessages'),
    `${proxied.slice(0, -13)}%2Fapi%2Fmessages%2Fsupport%2FS`,
  ],
  ['https://x.example.com/api/messages', 'https://x.example.com/api/messages/support/S'],
])('with a path secret, %s leads to it', (url, expected) =>
  expect(callbackUrl(url, 'support', 'S')).toBe(expected),
);

test('without an address there is nothing to register', () =>
  expect(callbackUrl('', 'support', 'S')).toBe(''));
