import { BridgeError } from '../../plugin/core/errors';
import { PendingWrites } from '../../plugin/core/pendingWrites';
import { jpeg } from '../support/files';
import { Rig, customer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(async () => {
  jest.restoreAllMocks();
  await rig.stop();
});

const jpegOf = (size: number) => Buffer.concat([jpeg, Buffer.alloc(size - jpeg.length)]);

/** A post with three pictures, of which the host refuses the first one. @returns what arrived, as the files' lengths */
async function threePictures(goWrong: () => void): Promise<(number | undefined)[]> {
  rig = await Rig.start({ delivery: 'activity', account: { mentions: { active: true } } });
  await rig.supplied();
  const media = [1000, 2000, 3000].map((size) => rig.x.world.addMedia('image/jpeg', jpegOf(size)));
  rig.host.faults.add({ when: /^POST \/api\/attachments$/, status: 400 });
  goWrong();
  const post = rig.x.world.addPost(customer.id, '@brand three pictures', { media });
  await rig.x.feed.publish({ kind: 'post', post });
  await until(async () => {
    rig.clock.jump(1_000);
    return rig.received.length > 0 && (await rig.store.inbox.queueNames()).length === 0;
  }, 'all to be handed over');
  return rig.received.map(
    ({ AttachmentId }) => rig.host.state.attachments.find(({ id }) => id === AttachmentId)?.content.length,
  );
}

test('a file the host refused, then an outage between the parts: each of the others arrives once', async () => {
  let parts = 0;
  const arrived = await threePictures(() => {
    rig.host.onMessage = () => {
      parts += 1;
      if (parts === 1) rig.host.faults.add({ when: /notify$/, status: 503 });
    };
  });
  expect(arrived).toEqual([2000, 3000]);
});

test('a file the host refused, and a store that fails once the first part is there: each of the others arrives once', async () => {
  type Write = (
    this: { transaction: unknown },
    ...parts: Parameters<PendingWrites['write']>
  ) => Promise<void>;
  const write = Object.getOwnPropertyDescriptor(PendingWrites.prototype, 'write')?.value as Write;
  const full = new BridgeError('store-unavailable', 'the disk is full', { retryable: true });
  const failing: Write = function (...parts) {
    const { transaction } = this;
    this.transaction = () => Promise.reject(full);
    const written = write.call(this, ...parts);
    this.transaction = transaction;
    return written;
  };
  const arrived = await threePictures(() => {
    jest.spyOn(PendingWrites.prototype, 'write').mockImplementationOnce(failing);
  });
  expect(arrived).toEqual([2000, 3000]);
});

test('a file the host refused, then a lost answer: the text is there once', async () => {
  rig = await Rig.start();
  await rig.customerWrites('hello');
  await rig.receives(1);
  rig.host.faults.add({ when: /^POST \/api\/attachments$/, status: 400 });
  rig.host.faults.add({ when: /notify$/, cut: 'after' });
  const media = rig.x.world.addMedia('image/jpeg', jpegOf(1000));
  await rig.customerWrites('look', { media });
  await rig.receives(2);
  await until(async () => {
    rig.clock.jump(1_000);
    return (await rig.store.inbox.queueNames()).length === 0;
  }, 'all to be handed over');
  expect(rig.received.map(({ body }) => body.split('\n')[0])).toEqual(['hello', 'look']);
});

test('a host that refuses the file and then the message is offered both again', async () => {
  rig = await Rig.start();
  rig.host.faults.add({ when: /^POST \/api\/attachments$/, status: 400 });
  rig.host.faults.add({ when: /notify$/, status: 401 });
  await rig.customerWrites('look', { media: rig.x.world.addMedia('image/jpeg', jpegOf(1000)) });
  const [message] = await rig.receivesInHaste(1);
  expect(message).toMatchObject({ body: 'look', AttachmentId: expect.any(Number) as number });
});
