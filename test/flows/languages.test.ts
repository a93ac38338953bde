import { say } from '../../plugin/texts/text';
import { settingTexts } from '../../plugin/texts/settings';
import { BotSimulator } from '../simulators/bot';
import { signedIn } from '../support/adminClient';
import { Rig, customer } from '../support/rig';
import { until } from '../support/until';

let rig: Rig;
afterEach(() => rig.stop());

test('agents read the language of their account: what is answered to a reply, and notices', async () => {
  rig = await Rig.start({ account: { language: 'it' } });
  const interaction = await rig.interaction();
  const empty = await rig.host.agentWrites(interaction, '');
  expect(empty.body).toMatchObject({ error: { message: say('reply.empty').in('it') } });
  rig.x.faults.add({ when: /messages$/, status: 403, body: { errors: [{ code: 349, message: 'no' }] } });
  const refused = await rig.host.agentWrites(interaction, 'Ciao');
  expect(JSON.stringify(refused.body)).not.toMatch(/Please|customer/);
  const wrongToken = await rig.reply({ body: 'x' }, '/api/reply', 'wrong');
  expect(await wrongToken.json()).toMatchObject({ error: { message: say('reply.wrongToken').in('it') } });
});

test('the log stays English, whatever the agents read', async () => {
  rig = await Rig.start({ account: { language: 'fr', filters: { spamWords: ['lottery'] } } });
  await rig.customerWrites('You won the lottery');
  await rig.logged(/message filtered.*"reason":"filtered: the word \\"lottery/);
});

test('a notice that comes later is in that language, too', async () => {
  rig = await Rig.start({ account: { language: 'de' } });
  const interaction = await rig.interaction();
  rig.x.faults.add({ when: /messages$/, status: 429, times: 1 });
  rig.x.faults.add({ when: /messages$/, status: 403, body: { errors: [{ code: 349, message: 'no' }] } });
  expect((await rig.host.agentWrites(interaction, 'Hallo')).status).toBe(202);
  rig.clock.jump(16 * 60_000);
  await rig.receives(2);
  expect(rig.received.at(-1)!.body).toContain('„Hallo“');
});

describe('the panel', () => {
  const call = async (language: string, method: string, input: object, token?: string) =>
    (
      await fetch(`${rig.url}/api/admin/${method}`, {
        method: 'POST',
        body: JSON.stringify({ input, language, token, confirm: rig.secrets.adminPassword }),
      })
    ).json() as Promise<Record<string, unknown>>;

  test('is answered in its language: faults, settings and tests', async () => {
    rig = await Rig.start({ panel: true });
    const admin = await signedIn(rig);
    const { token } = admin;
    expect(await call('es', 'settings', {})).toMatchObject({
      error: { message: say('admin.pleaseSignIn').in('es') },
    });
    const view = await call('fr', 'settings', {}, token);
    expect(JSON.stringify(view['form'])).toContain(
      JSON.stringify(settingTexts.fr!.groups['motion']!.heading),
    );
    const settings = { ...(view['settings'] as object), port: 0 };
    expect(await call('fr', 'save', { settings }, token)).toMatchObject({
      error: {
        faults: [
          {
            path: 'port',
            label: settingTexts.fr!.settings['port']!.label,
            message: settingTexts.fr!.faults['must be a port number from 1 to 65535'],
          },
        ],
      },
    });
    const { lines } = await call('pt', 'check', { account: 'support' }, token);
    expect(JSON.stringify(lines)).toContain(say('check.permissions.ok').in('pt'));
    expect(await call('xx', 'settings', {})).toMatchObject({
      error: { message: say('admin.pleaseSignIn').in('en') },
    });
  });

  test('finds a person before they are forgotten', async () => {
    rig = await Rig.start({ panel: true });
    const admin = await signedIn(rig);
    const interaction = await rig.interaction();
    await rig.host.agentWrites(interaction, 'one');
    for (const person of ['@jane_doe', customer.id])
      expect(await admin.call('findPerson', { person })).toEqual({
        id: customer.id,
        handle: 'jane_doe',
        name: 'Jane Doe',
        messages: 1,
        answers: 1,
        accounts: ['support'],
      });
    expect(await admin.call('forget', { person: customer.id })).toMatchObject({ messages: 1, answers: 1 });
    expect(await admin.call('findPerson', { person: customer.id })).toMatchObject({
      messages: 0,
      accounts: [],
    });
    await until(async () => (await admin.call('people', {})).people.length === 0, 'nobody to be left');
  });

  test('asks the bot once, as a customer would', async () => {
    const bot = await BotSimulator.start();
    try {
      rig = await Rig.start({ panel: true, account: { bot: { url: bot.url } } });
      const admin = await signedIn(rig);
      const hours = await admin.call('testBot', { account: 'support', text: 'When are you open?' });
      expect(hours).toMatchObject({ texts: ['We are open from nine to six.'], handOver: false });
      const trouble = await admin.call('testBot', { account: 'support', text: 'I have a problem' });
      expect(trouble.handOver).toBe(true);
      expect(bot.asked.map(({ user }) => user.name)).toEqual(['Test', 'Test']);
      bot.faults.add({ when: /./, status: 500 });
      const { message } = await admin.refused('testBot', { account: 'support', text: 'hello' });
      expect(message).toContain('500');
    } finally {
      await bot.close();
    }
  });

  test('without the address of a bot says so', async () => {
    rig = await Rig.start({ panel: true });
    const admin = await signedIn(rig);
    const { message } = await admin.refused('testBot', { account: 'support', text: 'hello' });
    expect(message).toBe(say('bot.noAddress').in('en'));
  });
});
