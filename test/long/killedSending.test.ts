import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Faults } from '../simulators/faults';
import { png } from '../support/files';
import { brandId, customers, ProcessRig, replyToken } from '../support/processRig';
import { until } from '../support/until';
import { KeyFile } from '../../plugin/x/chat/keyFile';

const send = 'POST /2/dm_conversations/with/{participant_id}/messages';
const calls = { calls: 1000, seconds: 900 };
let rig: ProcessRig;

beforeEach(async () => {
  const look = 'GET /2/dm_conversations/with/{participant_id}/dm_events';
  rig = await ProcessRig.start({ limits: { [send]: calls, [look]: calls } });
});

afterEach(() => rig.stop());

/** The host hands over an answer; the process may die before it says that it has it. */
async function answer(plugin: { url: string }, body: string, AttachmentId: number): Promise<void> {
  const contact = { Contact: { twitter: customers[0], id: 1 }, Interaction: { id: 1 } };
  await fetch(`${plugin.url}/api/reply?token=${replyToken}`, {
    method: 'POST',
    body: JSON.stringify({ body, AttachmentId, ...contact }),
  }).catch(() => undefined);
}

/** What happens between the host's answer and X's acknowledgement, in its order. */
const steps: { side: 'x' | 'host'; cut: 'before' | 'after'; when: RegExp }[] = [
  { side: 'host', cut: 'after', when: /attachments\/\d+$/ },
  { side: 'host', cut: 'after', when: /attachments\/\d+\/download$/ },
  { side: 'x', cut: 'after', when: /upload\/initialize$/ },
  { side: 'x', cut: 'after', when: /upload\/\d+\/append$/ },
  { side: 'x', cut: 'after', when: /upload\/\d+\/finalize$/ },
  { side: 'x', cut: 'before', when: /with\/\d+\/messages$/ },
  { side: 'x', cut: 'after', when: /with\/\d+\/messages$/ },
];

test('kill -9 after each step of sending, and just before the message is sent: each answer arrives once, in order', async () => {
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  let plugin = await rig.plugin().ready();
  const sent = () => rig.x.world.messages.filter(({ senderId }) => senderId === brandId);
  const expected: string[] = [];
  for (const { side, cut, when } of steps) {
    const dying = plugin;
    const faults: Faults = rig[side].faults;
    faults.add({ when, cut, act: () => dying.child.kill('SIGKILL') });
    const words = `${cut} ${String(when)}`;
    // More than X takes in one message, so that two are needed.
    const body = `${words} ${'x'.repeat(10_000)}`;
    await answer(plugin, body, file.id);
    await dying.ended();
    expected.push(`${words} x`, 'x');
    plugin = await rig.plugin().ready();
    await until(async () => (await rig.waiting(plugin, 'outbound')) === 0, `the end of "${words}"`);
  }
  expect(sent().map(({ text }) => text.replace(/ ?https:\S+$/, '').replace(/x{20,}$/, 'x'))).toEqual(
    expected,
  );
  expect(sent().map(({ media }) => media !== undefined)).toEqual(expected.map((_, index) => index % 2 === 0));
  const log = readFileSync(join(rig.folder, 'log', 'openchannel-twitter-info.log'), 'utf8');
  expect(log.match(/reply was already on X, not sent again/g)).toHaveLength(1);
}, 60_000);

/** The same where the answer is encrypted: nobody wrote before, so that the conversation begins with its key. */
const encryptedSteps: { cut: 'before' | 'after'; when: RegExp }[] = [
  { cut: 'after', when: /conversations\/[\d-]+\/keys$/ },
  { cut: 'after', when: /chat\/media\/upload\/initialize$/ },
  { cut: 'after', when: /chat\/media\/upload\/\d+\/finalize$/ },
  { cut: 'before', when: /\/typing$/ },
  { cut: 'before', when: /chat\/conversations\/[\d-]+\/messages$/ },
  { cut: 'after', when: /chat\/conversations\/[\d-]+\/messages$/ },
];

test('kill -9 after each step of an encrypted answer: each arrives once, in order, and can be read', async () => {
  const brand = await rig.x.chatPerson(brandId);
  const customer = await rig.x.chatPerson(customers[0]);
  const about = { userId: brandId, version: brand.keyVersion, fingerprint: '', savedAt: '' };
  const keys = new KeyFile(join(rig.folder, 'data'), 'support', '');
  await keys.save({ ...about, origin: 'imported' }, brand.exportKeys());
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  // Agents' typing is shown to the customer just before an answer is encrypted.
  const accounts = rig.config['accounts'] as object[];
  const typing = { accounts: accounts.map((account) => ({ ...account, chat: { typing: true } })) };
  let plugin = await rig.plugin(typing).ready();
  const expected: string[] = [];
  for (const { cut, when } of encryptedSteps) {
    const dying = plugin;
    rig.x.faults.add({ when, cut, act: () => dying.child.kill('SIGKILL') });
    const body = `${cut} ${String(when)}`;
    await answer(plugin, body, file.id);
    await dying.ended();
    expected.push(body);
    plugin = await rig.plugin(typing).ready();
    await until(async () => (await rig.waiting(plugin, 'outbound')) === 0, `the end of "${body}"`);
  }
  const read = customer.read(brandId);
  expect(read.map(({ text }) => text)).toEqual(expected);
  for (const { media } of read) expect(customer.readFile(brandId, media[0]!.hashKey).equals(png)).toBe(true);
  expect(rig.x.world.messages).toEqual([]);
}, 60_000);
