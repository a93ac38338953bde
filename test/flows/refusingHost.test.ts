import { png } from '../support/files';
import { Rig } from '../support/rig';
import { until } from '../support/until';

/** A host that answers, and takes nothing. */

let rig: Rig;
afterEach(() => rig.stop());

const notify = /notify$/;
const bodies = () => rig.received.map(({ body }) => body);
const inbound = async () => (await rig.health()).body.accounts['support']!.inbound;

function strangers(count: number): { id: string }[] {
  return Array.from({ length: count }, (_, number) => {
    const id = String(1_800_000_000_000_000_000n + BigInt(number));
    rig.x.world.addUser({ id, username: `stranger_${number}`, name: 'Stranger' });
    return { id };
  });
}

test.each([400, 413, 422])(
  'it refuses every message with %i for an hour: all wait, and all arrive',
  async (status) => {
    rig = await Rig.start();
    const people = strangers(6);
    rig.host.faults.add({ when: notify, status, body: { message: 'no' }, times: Infinity });
    const texts: string[] = [];
    for (let round = 0; round < 3; round += 1)
      for (const [number, from] of people.entries()) {
        texts.push(`${number}: ${round}`);
        await rig.customerWrites(texts.at(-1)!, { from });
      }
    await rig.logged(/\[ERROR\].*XCALLY Motion refuses the messages of several conversations/);
    for (let minutes = 0; minutes < 60; minutes += 5) {
      rig.clock.jump(5 * 60_000);
      await until(async () => (await inbound()).waiting === texts.length, 'all to wait');
    }
    expect(await inbound()).toMatchObject({ waiting: texts.length, setAside: 0 });
    rig.host.faults.clear();
    await rig.receivesInHaste(texts.length);
    expect([...bodies()].sort()).toEqual([...texts].sort());
    for (const number of people.keys())
      expect(bodies().filter((body) => body.startsWith(`${number}: `))).toEqual(
        [0, 1, 2].map((round) => `${number}: ${round}`),
      );
  },
);

test('two messages that it can never take are set aside once it has taken another', async () => {
  rig = await Rig.start();
  const people = strangers(3);
  rig.host.refuses = (body) => body.includes('poison');
  for (const from of people.slice(0, 2)) await rig.customerWrites('poison', { from });
  for (const from of people) await rig.customerWrites('good', { from });
  await until(async () => {
    rig.clock.jump(5_000);
    return (await inbound()).waiting === 0;
  }, 'nothing to wait');
  expect(bodies()).toEqual(['good', 'good', 'good']);
  expect(await inbound()).toMatchObject({ waiting: 0, setAside: 2 });
});

test('it refuses files and messages for a while: the photo arrives with its message', async () => {
  rig = await Rig.start();
  const people = strangers(2);
  for (const when of [notify, /attachments/])
    rig.host.faults.add({ when, status: 400, body: { message: 'no' }, times: Infinity });
  const media = rig.x.world.addMedia('image/png', png);
  await rig.customerWrites('look', { from: people[0]!, media });
  await rig.customerWrites('hello', { from: people[1]! });
  await rig.logged(/\[ERROR\].*XCALLY Motion refuses the messages of several conversations/);
  rig.host.faults.clear();
  await rig.receivesInHaste(2);
  const look = rig.received.find(({ body }) => body.startsWith('look'))!;
  expect(look.body).toBe('look');
  expect(look.AttachmentId).not.toBeNull();
});
