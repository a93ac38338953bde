import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Rig, customer } from '../support/rig';
import { gif, jpeg, mp4, png } from '../support/files';
import { until } from '../support/until';
import type { HostInteraction } from '../simulators/host/state';

let rig: Rig;
afterEach(() => rig.stop());

const contact = { twitter: customer.username };
const appends = () => rig.x.calls.filter(({ path }) => path.endsWith('/append')).length;

describe('from the agent', () => {
  test.each([
    ['png', png, 'image/png'],
    ['jpeg', jpeg, 'image/jpeg'],
    ['gif', gif, 'image/gif'],
    ['mp4', mp4(9 * 1024 * 1024), 'video/mp4'],
  ])('a %s arrives byte for byte, told by its bytes and not by its name', async (_kind, content, mime) => {
    rig = await Rig.start({ x: { media: { processingSteps: 1 } } });
    const interaction = await rig.interaction();
    const file = rig.host.state.addAttachment('report.pdf', 'application/pdf', content);
    expect((await rig.host.agentWrites(interaction, 'here you are', file)).status).toBe(200);
    const [message] = rig.sent;
    expect(message?.media).toMatchObject({ mime, bytes: content.length });
    expect(message?.media?.content?.equals(content)).toBe(true);
    expect(message?.text).toContain('here you are');
    expect(appends()).toBe(Math.ceil(content.length / (4 * 1024 * 1024)));
  });

  test('while X works on many files, other customers’ replies go out', async () => {
    rig = await Rig.start({ x: { media: { processingSteps: 1_000_000 } } });
    const content = mp4(10_000);
    const people = Array.from({ length: 12 }, (_, number) => ({
      id: String(1_800_000_000_000_000_000n + BigInt(number)),
    }));
    for (const from of people) {
      rig.x.world.addUser({ ...from, username: `film_${from.id.slice(-4)}`, name: 'Film' });
      await rig.customerWrites('a film, please', { from });
    }
    await rig.receives(people.length);
    for (const interaction of [...rig.host.state.interactions]) {
      const file = rig.host.state.addAttachment('film.mp4', 'video/mp4', content);
      void rig.host.agentWrites(interaction, 'here', file);
    }
    await until(() => appends() === people.length, 'all files to be with X');
    await rig.customerWrites('and me?');
    await rig.receives(people.length + 1);
    const interaction = rig.host.state.interactions.at(-1)!;
    expect((await rig.host.agentWrites(interaction, 'just words')).status).toBe(200);
    expect(rig.sent.map(({ text }) => text)).toEqual(['just words']);
    rig.x.mediaOptions.processingSteps = 0;
    await until(() => rig.sent.length === people.length + 1, 'the films');
  });

  test('the file name alone is not sent as text', async () => {
    rig = await Rig.start();
    const file = rig.host.state.addAttachment('photo.png', 'image/png', png);
    await rig.host.agentWrites(await rig.interaction(), '', file);
    expect(rig.sent[0]?.text).toBe(rig.sent[0]?.stub);
  });

  test('a host that does not say how long a file is', async () => {
    rig = await Rig.start({ host: { tellsLength: false } });
    const content = mp4(5 * 1024 * 1024);
    const file = rig.host.state.addAttachment('film.mp4', 'video/mp4', content);
    expect((await rig.host.agentWrites(await rig.interaction(), '', file)).status).toBe(200);
    expect(rig.sent[0]?.media?.content?.equals(content)).toBe(true);
    await until(() => readdirSync(join(rig.dataDir, 'passing')).length === 0, 'the passing file to be gone');
  });

  test.each([
    ['a PDF', Buffer.from('%PDF-1.7 ...'), 415, 'only png, jpeg, gif and mp4'],
    ['an empty file', Buffer.alloc(0), 415, 'is empty'],
    [
      'too large an image',
      Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)]),
      413,
      'is too large: 5.1 MB, where X takes at most 5 MB (image)',
    ],
  ])('%s is refused in words before anything is uploaded', async (_what, content, status, words) => {
    rig = await Rig.start();
    const file = rig.host.state.addAttachment('file.png', 'image/png', content);
    const outcome = await rig.host.agentWrites(await rig.interaction(), 'see this', file);
    expect(outcome.status).toBe(status);
    expect((outcome.body['error'] as { message: string }).message).toContain(words);
    expect(rig.x.calls.some(({ path }) => path.startsWith('/2/media'))).toBe(false);
    expect(rig.sent).toEqual([]);
  });

  test('a segment that fails is sent again, and the others are not', async () => {
    rig = await Rig.start();
    rig.x.faults.add({ when: /append$/, status: 503 });
    const file = rig.host.state.addAttachment('film.mp4', 'video/mp4', mp4(9 * 1024 * 1024));
    expect((await rig.host.agentWrites(await rig.interaction(), '', file)).status).toBe(200);
    expect(appends()).toBe(3);
  });

  test('a video X cannot process tells why', async () => {
    rig = await Rig.start({ x: { media: { processingError: 'The video is too short' } } });
    const file = rig.host.state.addAttachment('film.mp4', 'video/mp4', mp4(100));
    const outcome = await rig.host.agentWrites(await rig.interaction(), '', file);
    expect(outcome.body).toMatchObject({
      error: { message: 'X could not process the file: The video is too short.' },
    });
  });

  test('an attachment that is no longer there', async () => {
    rig = await Rig.start();
    await rig.interaction();
    const answer = await rig.reply({
      body: 'x',
      AttachmentId: 4711,
      Contact: { twitter: customer.username },
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('is no longer in XCALLY Motion. Please attach it again.');
  });

  test('a lost answer of X does not send the file twice', async () => {
    rig = await Rig.start();
    const interaction = await rig.interaction();
    rig.x.faults.add({ when: /^POST \/2\/dm_conversations/, cut: 'after' });
    const file = rig.host.state.addAttachment('photo.png', 'image/png', png);
    expect((await rig.host.agentWrites(interaction, 'look', file)).status).toBe(202);
    await rig.stands({ outbound: { waiting: 0 } });
    expect(rig.sent).toHaveLength(1);
    expect(rig.x.calls.filter(({ path }) => path.endsWith('initialize'))).toHaveLength(1);
  });
});

describe('several files in one answer', () => {
  const attach = (...files: [string, string, Buffer][]) =>
    files.map((file) => rig.host.state.addAttachment(...file).id);
  const picture = (name: string): [string, string, Buffer] => [name, 'image/png', png];

  test('in private: a message for each, the text with the first', async () => {
    rig = await Rig.start();
    await rig.interaction();
    const AttachmentId = attach(
      picture('a.png'),
      ['b.gif', 'image/gif', gif],
      ['c.mp4', 'video/mp4', mp4(99)],
    );
    const { status, body } = await rig.replyOutcome({ body: 'three', AttachmentId, Contact: contact });
    expect(status).toBe(200);
    expect(body.ids).toEqual(rig.sent.map(({ id }) => id));
    expect(rig.sent.map(({ media }) => media?.category)).toEqual(['dm_image', 'dm_gif', 'dm_video']);
    expect(rig.sent.map(({ text }) => text.replace(/ ?https:\S+$/, ''))).toEqual(['three', '', '']);
  });

  test('a lost answer of X between two of them: each arrives once', async () => {
    rig = await Rig.start();
    await rig.interaction();
    rig.x.faults.add({ when: /with\/\d+\/messages$/, delay: 0 });
    rig.x.faults.add({ when: /with\/\d+\/messages$/, cut: 'after' });
    const AttachmentId = attach(picture('a.png'), picture('b.png'), picture('c.png')).join(',');
    expect((await rig.replyOutcome({ body: '', AttachmentId, Contact: contact })).status).toBe(202);
    await until(() => rig.sent.length === 3, 'all three');
    await until(async () => (await rig.health()).body.accounts['support']?.outbound.waiting === 0, 'the end');
    expect(rig.sent).toHaveLength(3);
  });

  test('too many are refused in words', async () => {
    rig = await Rig.start();
    await rig.interaction();
    const AttachmentId = Array.from({ length: 11 }, (_, index) => index + 1);
    const { status, body } = await rig.replyOutcome({ body: '', AttachmentId, Contact: contact });
    expect([status, body.error?.message]).toEqual([400, 'At most 10 files can be sent at a time.']);
  });
});

describe('a file behind an answer that waits for its window', () => {
  const send = 'POST /2/dm_conversations/with/{participant_id}/messages';
  const uploads = () => rig.x.calls.filter(({ path }) => path.endsWith('finalize')).length;

  /** The window has one call, and it is used up. */
  async function usedUp(): Promise<HostInteraction> {
    rig = await Rig.start({ x: { limits: { [send]: { calls: 1, seconds: 900 } } } });
    const interaction = await rig.interaction();
    await rig.host.agentWrites(interaction, 'first');
    return interaction;
  }

  test('is brought to X meanwhile, and not again when the window opens', async () => {
    const interaction = await usedUp();
    const file = rig.host.state.addAttachment('map.png', 'image/png', png);
    expect((await rig.host.agentWrites(interaction, 'text')).status).toBe(202);
    expect((await rig.host.agentWrites(interaction, 'here', file)).status).toBe(202);
    expect((await rig.host.agentWrites(interaction, '', file)).status).toBe(202);
    await until(() => uploads() === 2, 'both files');
    expect(rig.sent).toHaveLength(1);
    for (const count of [2, 3, 4]) {
      rig.clock.jump(901_000);
      await until(() => rig.sent.length === count, `message ${count}`);
    }
    expect(uploads()).toBe(2);
    expect(rig.sent.slice(2).map(({ media }) => media?.category)).toEqual(['dm_image', 'dm_image']);
  });

  test('that X cannot take is told at once, not when the window opens', async () => {
    const interaction = await usedUp();
    await rig.host.agentWrites(interaction, 'text');
    const file = rig.host.state.addAttachment('list.pdf', 'application/pdf', Buffer.from('%PDF-1.7'));
    await rig.host.agentWrites(interaction, '', file);
    const [, notice] = await rig.receives(2);
    expect(notice?.body).toContain('X cannot take the file "list.pdf"');
    rig.clock.jump(901_000);
    await until(() => rig.sent.length === 2, 'the text');
  });

  test('that could not be had for now is had at its turn', async () => {
    const interaction = await usedUp();
    const file = rig.host.state.addAttachment('map.png', 'image/png', png);
    await rig.host.agentWrites(interaction, 'text');
    rig.x.faults.add({ when: /initialize$/, status: 503 });
    await rig.host.agentWrites(interaction, 'here', file);
    await until(() => rig.x.traffic.some((call) => call.endsWith('initialize')), 'the try');
    for (const count of [2, 3]) {
      rig.clock.jump(901_000);
      await until(() => rig.sent.length === count, `message ${count}`);
    }
    expect(uploads()).toBe(1);
  });
});

describe('from the customer', () => {
  const film = () => rig.x.world.addMedia('video/mp4', mp4(3000));

  test.each([
    ['photo', 'image/png', png],
    ['GIF', 'image/gif', gif],
    ['video', 'video/mp4', mp4(3000)],
  ])('a %s is put into the host, and the stub is gone from the text', async (_kind, mime, content) => {
    rig = await Rig.start();
    await rig.customerWrites('look at this', { media: rig.x.world.addMedia(mime, content) });
    const [message] = await rig.receives(1);
    expect(message?.body).toBe('look at this');
    const stored = rig.host.state.attachments.find(({ id }) => id === message?.AttachmentId);
    expect(stored?.content.equals(content)).toBe(true);
    expect(stored?.type).toBe(mime);
  });

  test('media without words get the file name as body', async () => {
    rig = await Rig.start();
    const { id } = await rig.customerWrites('', { media: film() });
    expect((await rig.receives(1))[0]?.body).toBe(`video-${id}-1.mp4`);
  });

  test('a host outside the list is not asked; the text arrives with a line that says so', async () => {
    rig = await Rig.start({
      config: { x: { apiBaseUrl: 'https://x.invalid', mediaHosts: ['pbs.twimg.com'] } },
    });
    await rig.customerWrites('look at this', { media: film() });
    const [message] = await rig.receives(1);
    expect(message?.body).toBe('look at this\n[The customer sent a video that could not be loaded from X.]');
    expect(message?.AttachmentId).toBeNull();
  });

  test('a redirect that leads out of the list is not followed', async () => {
    rig = await Rig.start();
    rig.x.faults.add({
      when: /^GET \/media\//,
      status: 302,
      headers: { location: 'http://169.254.169.254/latest' },
    });
    await rig.customerWrites('look', { media: film() });
    expect((await rig.receives(1))[0]?.body).toContain('could not be loaded');
    await rig.logged(/media outside x.mediaHosts is not fetched: 169.254.169.254/);
  });

  test('a redirect within the list is followed', async () => {
    rig = await Rig.start();
    const media = film();
    rig.x.faults.add({
      when: /^GET \/media\//,
      status: 302,
      headers: { location: `/media/${media.id}?again` },
    });
    await rig.customerWrites('look', { media });
    expect((await rig.receives(1))[0]?.AttachmentId).not.toBeNull();
  });

  test('media that come late are waited for; media that are gone are not', async () => {
    rig = await Rig.start();
    rig.x.faults.add({ when: /^GET \/media\//, status: 503 });
    await rig.customerWrites('late', { media: film() });
    expect((await rig.receives(1))[0]?.AttachmentId).not.toBeNull();
    const gone = film();
    rig.x.world.media.delete(gone.id);
    await rig.customerWrites('gone', { media: gone });
    expect((await rig.receives(2))[1]?.body).toContain('could not be loaded');
  });

  test('an outage of the host does not use up the tries for media', async () => {
    rig = await Rig.start();
    rig.host.faults.add({ when: /^POST \/api\/attachments$/, status: 503, times: 2 });
    rig.x.faults.add({ when: /^GET \/media\//, delay: 0, times: 2 });
    rig.x.faults.add({ when: /^GET \/media\//, status: 503 });
    await rig.customerWrites('patience', { media: film() });
    const [message] = await rig.receivesInHaste(1);
    expect([message?.body, rig.host.state.attachments.length]).toEqual(['patience', 1]);
  });

  test('media that X never hands out: after three tries the text goes without them', async () => {
    rig = await Rig.start();
    rig.x.faults.add({ when: /^GET \/media\//, status: 503, times: 3 });
    await rig.customerWrites('look', { media: film() });
    expect((await rig.receivesInHaste(1))[0]?.body).toContain(
      'look\n[The customer sent a video that could not be',
    );
  });

  test('a file too large for the host: the text arrives all the same', async () => {
    rig = await Rig.start({ host: { attachmentLimit: 1000 } });
    await rig.customerWrites('large', { media: film() });
    expect((await rig.receives(1))[0]?.body).toContain(
      'large\n[The customer sent a video that could not be loaded',
    );
  });

  test('a retry of notify does not put the file into the host twice', async () => {
    rig = await Rig.start();
    rig.host.faults.add({ when: /notify$/, status: 503 });
    await rig.customerWrites('once', { media: film() });
    await rig.receives(1);
    expect(rig.host.state.attachments).toHaveLength(1);
  });
});
