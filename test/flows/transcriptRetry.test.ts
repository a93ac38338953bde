import { BotSimulator } from '../simulators/bot';
import { AdminClient } from '../support/adminClient';
import { Rig } from '../support/rig';
import { until } from '../support/until';

const password = 'the-password';

test('a message set aside after its transcript was handed over, and tried again after the next one: its words arrive', async () => {
  const bot = await BotSimulator.start();
  const rig = await Rig.start({
    panel: true,
    config: { admin: { password } },
    account: {
      bot: { active: true, url: bot.url, keywords: ['agent'], idleMinutes: 60 },
      botToken: 'token-of-the-bot',
    },
  });
  try {
    const admin = new AdminClient(() => rig.url);
    await admin.signIn(password);
    bot.answer = () => ({ messages: [{ text: 'Bot here' }] });
    await rig.customerWrites('hello');
    await until(() => rig.sent.length === 1, 'the answer of the bot');
    // The transcript is taken, the message is not.
    rig.host.faults.add({ when: /notify/, delay: 0 });
    rig.host.faults.add({ when: /notify/, status: 503, times: Infinity });
    await rig.customerWrites('agent, please');
    await rig.receives(1);
    const waiting = async () =>
      (await admin.call('activity', { direction: 'in', state: 'waiting' })).messages.find(
        ({ reason }) => reason !== undefined,
      );
    await until(async () => (await waiting()) !== undefined, 'the message to wait');
    const { seq } = (await waiting())!;
    await admin.call('setAside', { direction: 'in', seq });
    rig.host.faults.clear();
    await rig.customerWrites('are you there?');
    await rig.receives(2);
    await admin.call('retry', { direction: 'in', seq });
    await rig.receives(3);
    const bodies = rig.received.map(({ body }) => body);
    expect(bodies).toEqual([expect.stringContaining('Bot here'), 'are you there?', 'agent, please']);
  } finally {
    await rig.stop();
    await bot.close();
  }
});
