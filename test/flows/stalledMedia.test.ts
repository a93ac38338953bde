import { mp4 } from '../support/files';
import { Rig } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

const film = () => rig.x.world.addMedia('video/mp4', mp4(100_000));

test('media that stall on X’s side: after three tries the text goes without them, and the next message after it', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: /^GET \/media\//, stall: 'answering', times: Infinity });
  await rig.customerWrites('look', { media: film() });
  await rig.customerWrites('did you see?');
  const [first, second] = await rig.receivesInHaste(2);
  expect(first?.body).toContain('look\n[The customer sent a video that could not be');
  expect(second?.body).toBe('did you see?');
  const { body } = await rig.health();
  expect(body.accounts['support']?.signIn.host.state).toBe('ok');
});

test('sixteen stalled videos hold nobody else up for long', async () => {
  rig = await Rig.start();
  rig.x.faults.add({ when: /^GET \/media\//, stall: 'answering', times: Infinity });
  for (let number = 0; number < 16; number += 1) {
    const from = { id: String(1_800_000_000_000_000_000n + BigInt(number)) };
    rig.x.world.addUser({ ...from, username: `stalled_${number}`, name: 'Stalled' });
    await rig.customerWrites('look', { from, media: film() });
  }
  await rig.customerWrites('a plain question');
  await until(() => {
    rig.clock.jump(1_000);
    return rig.received.some(({ body }) => body === 'a plain question');
  }, 'the plain question');
  rig.x.faults.clear();
  await rig.receivesInHaste(17);
});

test('a host that stops reading a file is tried again, and has it then', async () => {
  rig = await Rig.start();
  rig.host.faults.add({ when: /^POST \/api\/attachments$/, stall: 'reading' });
  await rig.customerWrites('patience', { media: film() });
  const [message] = await rig.receivesInHaste(1);
  expect([message?.body, rig.host.state.attachments.length]).toEqual(['patience', 1]);
});
