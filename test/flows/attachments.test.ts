import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, customer } from '../support/bench';
import { gif, jpeg, mp4, png } from '../support/files';
import { until } from '../support/until';

let bench: Bench;
afterEach(() => bench.stop());

const appends = () => bench.x.calls.filter(({ path }) => path.endsWith('/append')).length;

describe('from the agent', () => {
  test.each([
    ['png', png, 'image/png'],
    ['jpeg', jpeg, 'image/jpeg'],
    ['gif', gif, 'image/gif'],
    ['mp4', mp4(9 * 1024 * 1024), 'video/mp4'],
  ])('a %s arrives byte for byte, told by its bytes and not by its name', async (_kind, content, mime) => {
    bench = await Bench.start({ x: { media: { processingSteps: 1 } } });
    const interaction = await bench.interaction();
    const file = bench.host.state.addAttachment('report.pdf', 'application/pdf', content);
    expect((await bench.host.agentWrites(interaction, 'here you are', file)).status).toBe(200);
    const [message] = bench.sent;
    expect(message?.media).toMatchObject({ mime, bytes: content.length });
    expect(message?.media?.content?.equals(content)).toBe(true);
    expect(message?.text).toContain('here you are');
    expect(appends()).toBe(Math.ceil(content.length / (4 * 1024 * 1024)));
  });

  test('the file name alone is not sent as text', async () => {
    bench = await Bench.start();
    const file = bench.host.state.addAttachment('photo.png', 'image/png', png);
    await bench.host.agentWrites(await bench.interaction(), '', file);
    expect(bench.sent[0]?.text).toBe(bench.sent[0]?.stub);
  });

  test('a host that does not say how long a file is', async () => {
    bench = await Bench.start({ host: { tellsLength: false } });
    const content = mp4(5 * 1024 * 1024);
    const file = bench.host.state.addAttachment('film.mp4', 'video/mp4', content);
    expect((await bench.host.agentWrites(await bench.interaction(), '', file)).status).toBe(200);
    expect(bench.sent[0]?.media?.content?.equals(content)).toBe(true);
    await until(
      () => readdirSync(join(bench.dataDir, 'passing')).length === 0,
      'the passing file to be gone',
    );
  });

  test.each([
    ['a PDF', Buffer.from('%PDF-1.7 ...'), 415, 'only png, jpeg, gif and mp4'],
    ['an empty file', Buffer.alloc(0), 415, 'is empty'],
    [
      'too large an image',
      Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)]),
      413,
      'an image of at most 5 MB'.replace('an image', 'a image'),
    ],
  ])('%s is refused in words before anything is uploaded', async (_what, content, status, words) => {
    bench = await Bench.start();
    const file = bench.host.state.addAttachment('file.png', 'image/png', content);
    const outcome = await bench.host.agentWrites(await bench.interaction(), 'see this', file);
    expect(outcome.status).toBe(status);
    expect((outcome.body['error'] as { message: string }).message).toContain(words);
    expect(bench.x.calls.some(({ path }) => path.startsWith('/2/media'))).toBe(false);
    expect(bench.sent).toEqual([]);
  });

  test('a segment that fails is sent again, and the others are not', async () => {
    bench = await Bench.start();
    bench.x.faults.add({ when: /append$/, status: 503 });
    const file = bench.host.state.addAttachment('film.mp4', 'video/mp4', mp4(9 * 1024 * 1024));
    expect((await bench.host.agentWrites(await bench.interaction(), '', file)).status).toBe(200);
    expect(appends()).toBe(3);
  });

  test('a video X cannot process tells why', async () => {
    bench = await Bench.start({ x: { media: { processingError: 'The video is too short' } } });
    const file = bench.host.state.addAttachment('film.mp4', 'video/mp4', mp4(100));
    const outcome = await bench.host.agentWrites(await bench.interaction(), '', file);
    expect(outcome.body).toMatchObject({
      error: { message: 'X could not process the file: The video is too short.' },
    });
  });

  test('an attachment that is no longer there', async () => {
    bench = await Bench.start();
    await bench.interaction();
    const answer = await bench.reply({
      body: 'x',
      AttachmentId: 4711,
      Contact: { twitter: customer.username },
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('is no longer on the host. Please attach it again.');
  });

  test('a lost answer of X does not send the file twice', async () => {
    bench = await Bench.start();
    const interaction = await bench.interaction();
    bench.x.faults.add({ when: /^POST \/2\/dm_conversations/, cut: 'after' });
    const file = bench.host.state.addAttachment('photo.png', 'image/png', png);
    expect((await bench.host.agentWrites(interaction, 'look', file)).status).toBe(202);
    await bench.logged(/answer was already on X, not sent again/);
    expect(bench.sent).toHaveLength(1);
    expect(bench.x.calls.filter(({ path }) => path.endsWith('initialize'))).toHaveLength(1);
  });
});

describe('from the customer', () => {
  const film = () => bench.x.world.addMedia('video/mp4', mp4(3000));

  test.each([
    ['photo', 'image/png', png],
    ['GIF', 'image/gif', gif],
    ['video', 'video/mp4', mp4(3000)],
  ])('a %s is put into the host, and the stub is gone from the text', async (_kind, mime, content) => {
    bench = await Bench.start();
    await bench.customerWrites('look at this', { media: bench.x.world.addMedia(mime, content) });
    const [message] = await bench.receives(1);
    expect(message?.body).toBe('look at this');
    const stored = bench.host.state.attachments.find(({ id }) => id === message?.AttachmentId);
    expect(stored?.content.equals(content)).toBe(true);
    expect(stored?.type).toBe(mime);
  });

  test('media without words get the file name as body', async () => {
    bench = await Bench.start();
    const { id } = await bench.customerWrites('', { media: film() });
    expect((await bench.receives(1))[0]?.body).toBe(`video-${id}-1.mp4`);
  });

  test('a host outside the list is not asked; the text arrives with a line that says so', async () => {
    bench = await Bench.start({
      config: { x: { apiBaseUrl: 'https://x.invalid', mediaHosts: ['pbs.twimg.com'] } },
    });
    await bench.customerWrites('look at this', { media: film() });
    const [message] = await bench.receives(1);
    expect(message?.body).toBe('look at this\n[The customer sent a video that could not be loaded from X.]');
    expect(message?.AttachmentId).toBeNull();
  });

  test('a redirect that leads out of the list is not followed', async () => {
    bench = await Bench.start();
    bench.x.faults.add({
      when: /^GET \/media\//,
      status: 302,
      headers: { location: 'http://169.254.169.254/latest' },
    });
    await bench.customerWrites('look', { media: film() });
    expect((await bench.receives(1))[0]?.body).toContain('could not be loaded');
    await bench.logged(/media outside x.mediaHosts is not fetched: 169.254.169.254/);
  });

  test('a redirect within the list is followed', async () => {
    bench = await Bench.start();
    const media = film();
    bench.x.faults.add({
      when: /^GET \/media\//,
      status: 302,
      headers: { location: `/media/${media.id}?again` },
    });
    await bench.customerWrites('look', { media });
    expect((await bench.receives(1))[0]?.AttachmentId).not.toBeNull();
  });

  test('media that come late are waited for; media that are gone are not', async () => {
    bench = await Bench.start();
    bench.x.faults.add({ when: /^GET \/media\//, status: 503 });
    await bench.customerWrites('late', { media: film() });
    expect((await bench.receives(1))[0]?.AttachmentId).not.toBeNull();
    const gone = film();
    bench.x.world.media.delete(gone.id);
    await bench.customerWrites('gone', { media: gone });
    expect((await bench.receives(2))[1]?.body).toContain('could not be loaded');
  });

  test('a file too large for the host: the text arrives all the same', async () => {
    bench = await Bench.start({ host: { attachmentLimit: 1000 } });
    await bench.customerWrites('large', { media: film() });
    expect((await bench.receives(1))[0]?.body).toContain(
      'large\n[The customer sent a video that could not be loaded',
    );
  });

  test('a retry of notify does not put the file into the host twice', async () => {
    bench = await Bench.start();
    bench.host.faults.add({ when: /notify$/, status: 503 });
    await bench.customerWrites('once', { media: film() });
    await bench.receives(1);
    expect(bench.host.state.attachments).toHaveLength(1);
  });
});
