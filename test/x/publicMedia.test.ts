import { systemClock } from '../../plugin/core/clock';
import { openMedia } from '../../plugin/x/media/openMedia';
import { isPublic, publicLookup } from '../../plugin/x/media/publicLookup';

describe('media are fetched from the internet only', () => {
  const found = (...addresses: string[]) =>
    new Promise<string[] | undefined>((resolve) => {
      const answers = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      publicLookup((_name, _options, answer) => answer(null, answers))(
        'pbs.twimg.com',
        { all: true },
        (error, list) =>
          resolve(error ? undefined : (list as { address: string }[]).map(({ address }) => address)),
      );
    });

  test.each([
    '127.0.0.1',
    '10.0.0.8',
    '172.16.3.4',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'ff02::1',
    'nonsense',
  ])('%s is no address of the internet', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  test('a name that leads inside leads nowhere, and of several addresses only those outside count', async () => {
    expect(await found('10.0.0.8')).toBeUndefined();
    expect(await found('10.0.0.8', '104.244.42.1', '::1')).toEqual(['104.244.42.1']);
    expect(await found('2606:2800:220:1::1')).toEqual(['2606:2800:220:1::1']);
  });

  const client = { open: () => Promise.reject(new Error('not asked')) };

  test('this machine under its own name is not reached, although the name is on the list', async () => {
    const options = { client, keys: {} as never, mediaHosts: ['localhost'], clock: systemClock };
    await expect(openMedia('https://localhost/a.png', 'a.png', options)).rejects.toThrow(/ENOTPUBLIC/);
  });

  test.each([
    'https://pbs.twimg.com.evil.example/a.png',
    'https://pbs.twimg.com@10.0.0.1/a.png',
    'http://pbs.twimg.com/a.png',
    'https://pbs.twimg.com:8443/a.png',
    'https://10.0.0.1/a.png',
    'file:///etc/passwd',
    'gopher://pbs.twimg.com/',
    'https://0x7f000001/a.png',
    '//pbs.twimg.com/a.png',
  ])('%s is not fetched', async (address) => {
    const options = { client, keys: {} as never, mediaHosts: ['pbs.twimg.com'], clock: systemClock };
    await expect(openMedia(address, 'a.png', options)).rejects.toThrow(/outside x.mediaHosts/);
  });
});
