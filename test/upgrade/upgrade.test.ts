import { copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Rig, customer } from '../support/rig';
import { until } from '../support/until';

/**
 * Stores that the released versions wrote: one message delivered, two and an answer waiting. A release adds its own,
 * written by its own code.
 */
const released = readdirSync(__dirname)
  .filter((name) => name.endsWith('.db'))
  .map((name) => name.slice(0, -'.db'.length));

/** Shortly after the newest of them was written: what has waited for more than a day is given up. Milliseconds since 1970. */
const upgradedAt = 1_795_561_320_000;

let rig: Rig;
afterEach(() => rig.stop());

test('there is a store of each version that was released', () => {
  expect(released).toEqual(
    expect.arrayContaining(['0.1.0', '0.2.0', '0.3.0', '0.4.0', '0.5.0', '0.6.0', '0.7.0', '1.0.0']),
  );
  return Rig.start().then((started) => (rig = started));
});

test.each(released)(
  'a store of %s: what waited goes out once, and what was delivered is known',
  async (version) => {
    // What the store remembers of a refresh token goes with it.
    rig = await Rig.prepare({ account: { oauth2: {} } });
    rig.clock.jump(upgradedAt - rig.clock.now());
    await rig.startPlugin();
    await rig.stopPlugin();
    for (const name of readdirSync(rig.dataDir).filter((each) => each.startsWith('openchannel-x.')))
      rmSync(join(rig.dataDir, name), { recursive: true });
    copyFileSync(join(__dirname, `${version}.db`), join(rig.dataDir, 'openchannel-x.db'));
    await rig.startPlugin();
    await rig.receives(2);
    await until(() => rig.sent.length === 1, 'the answer');
    const again = rig.x.world.addMessage(customer.id, '900000000000000001', 'delivered before the upgrade');
    again.id = '1990000000000000001';
    expect(await rig.deliver(again)).toBe(200);
    await rig.customerWrites('after the upgrade');
    await rig.receives(3);
    expect(rig.received.map(({ body }) => body)).toEqual([
      'waiting during the upgrade',
      'also waiting',
      'after the upgrade',
    ]);
    expect(rig.sent.map(({ text }) => text)).toEqual(['an answer that waits']);
    expect((await rig.health()).body.status).toBe('ok');
  },
);
