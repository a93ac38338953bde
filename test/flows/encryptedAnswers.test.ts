import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { EncryptedRig } from '../support/encrypted';
import { gif, jpeg, mp4, png } from '../support/files';
import { brandId, customer, otherCustomer, type Rig, type RigOptions } from '../support/rig';
import { scratchFolder } from '../support/scratch';
import { until } from '../support/until';

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

/** An answer of an agent who writes first: the host calls without an interaction the customer began. */
const writesFirst = (to: { username: string }, body: string) =>
  rig.replyOutcome({ body, Contact: { twitter: to.username } });

describe('an answer', () => {
  test('goes the way the customer wrote last, where plain ones are allowed after encrypted ones', async () => {
    await start({ account: { chat: { neverPlain: false } } });
    await rig.interaction();
    await encrypted.answers('in plain');
    await jane.say(brandId, 'now in secret');
    await rig.receives(2);
    expect(await encrypted.answers('in secret 🔒')).toMatchObject({ status: 200 });
    await rig.customerSays('plain again');
    await rig.receives(3);
    await encrypted.answers('plain too');
    expect(rig.sent.map(({ text }) => text)).toEqual(['in plain', 'plain too']);
    expect(jane.read(brandId).map(({ from, text }) => [from, text])).toEqual([
      [customer.id, 'now in secret'],
      [brandId, 'in secret 🔒'],
    ]);
  });

  test('stays encrypted once the customer has written so, even after a plain message', async () => {
    await start();
    await jane.say(brandId, 'in secret');
    await rig.receives(1);
    await rig.customerSays('in plain');
    await rig.receives(2);
    expect(await encrypted.answers('for your eyes only')).toMatchObject({ status: 200 });
    expect(rig.sent).toEqual([]);
    expect(jane.read(brandId).map(({ text }) => text)).toContain('for your eyes only');
  });

  test.each([
    ['a.png', png, 'image', [4, 4]],
    ['a.gif', gif, 'gif', expect.anything()],
    ['a.jpeg', jpeg, 'image', expect.anything()],
    ['a.mp4', mp4(5_000_000), 'video', [1280, 720]],
  ])('with %s, which the customer can open', async (name, content, type, size) => {
    await start();
    await jane.say(brandId, 'show me');
    await rig.receives(1);
    const file = rig.host.state.addAttachment(name, '', content);
    expect(await encrypted.answers('here', file)).toMatchObject({ status: 200 });
    const [, answer] = jane.read(brandId);
    expect(answer).toMatchObject({ from: brandId, text: 'here', media: [{ type, name }] });
    const [media] = answer!.media;
    expect([media!.width, media!.height]).toEqual(size);
    expect(jane.readFile(brandId, media!.hashKey).equals(content)).toBe(true);
  });

  test('any other file goes out as one, large pictures too; an empty one is refused in words', async () => {
    await start();
    await jane.say(brandId, 'show me');
    await rig.receives(1);
    const pdf = rig.host.state.addAttachment('a.pdf', '', Buffer.from('%PDF-1.7 ...'));
    const picture = Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)]);
    const large = rig.host.state.addAttachment('a.png', '', picture);
    const empty = rig.host.state.addAttachment('b.pdf', '', Buffer.alloc(0));
    expect(await encrypted.answers('your invoice', pdf)).toMatchObject({ status: 200 });
    expect(await encrypted.answers('large', large)).toMatchObject({ status: 200 });
    expect(await encrypted.answers('empty', empty)).toMatchObject({ status: 415 });
    const [, invoice, shown] = jane.read(brandId);
    expect(invoice).toMatchObject({ text: 'your invoice', media: [{ type: 'file', name: 'a.pdf' }] });
    expect(jane.readFile(brandId, invoice!.media[0]!.hashKey).toString()).toBe('%PDF-1.7 ...');
    expect(shown).toMatchObject({ media: [{ type: 'image', name: 'a.png' }] });
  });

  test('to somebody who never wrote goes encrypted where they have keys', async () => {
    await start();
    expect(await writesFirst(customer, 'We call you')).toMatchObject({ status: 200 });
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['We call you']);
    expect(rig.sent).toEqual([]);
    expect(await writesFirst(otherCustomer, 'in plain')).toMatchObject({ status: 200 });
    expect(rig.sent.map(({ text }) => text)).toEqual(['in plain']);
  });

  test('a lost answer of X: the very same message goes again, and arrives once', async () => {
    await start();
    await jane.say(brandId, 'hello');
    await rig.receives(1);
    rig.x.faults.add({ when: /^POST .*\/messages$/, cut: 'after' });
    const posts = () => rig.x.traffic.filter((call) => /^POST \/2\/chat.*\/messages$/.test(call)).length;
    const answered = encrypted.answers('once');
    await until(() => {
      rig.clock.jump(1_000);
      return posts() >= 2;
    }, 'the second try');
    await answered;
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['hello', 'once']);
  });

  test('a key that was changed meanwhile: encrypted anew, once', async () => {
    await start();
    await jane.say(brandId, 'hello');
    await rig.receives(1);
    await encrypted.unheard(() => jane.rotateKey(brandId));
    expect(await encrypted.answers('still there')).toMatchObject({ status: 200 });
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['hello', 'still there']);
  });
});

test('the words of encrypted messages are nowhere in the data or the log once they are delivered', async () => {
  const logs = scratchFolder();
  await start({ config: { log: { dir: logs, messageText: 'full' } } });
  await jane.say(brandId, 'mysterious-inbound');
  await rig.receives(1);
  await encrypted.answers('mysterious-outbound');
  await rig.stands({ outbound: { waiting: 0 } });
  const found = filesUnder(rig.dataDir)
    .concat(filesUnder(logs))
    .filter((path) => readFileSync(path).includes('mysterious-'));
  expect(found).toEqual([]);
  rmSync(logs, { recursive: true, force: true });
});

test('the host repeats a call it got no answer to: the words are known although they are kept no longer', async () => {
  await start();
  await jane.say(brandId, 'a question');
  await rig.receives(1);
  rig.x.faults.add({ when: /chat\/conversations\/[\d-]+\/messages$/, delay: 300 });
  const sends = () => rig.x.traffic.filter((call) => /chat\/conversations\/.*\/messages$/.test(call)).length;
  const hungUp = new AbortController();
  const body = { body: 'an answer', Contact: { twitter: customer.username }, Interaction: { id: 7 } };
  const calling = fetch(`${rig.url}/api/reply?token=${rig.secrets.replyToken}`, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: hungUp.signal,
  });
  calling.catch(() => undefined);
  await until(() => sends() === 1, 'the send call');
  hungUp.abort();
  await until(async () => (await rig.health()).body.accounts['support']?.outbound.waiting === 0, 'the reply');
  expect((await rig.replyOutcome(body)).status).toBe(200);
  expect(sends()).toBe(1);
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
}

test('an encrypted group is an interaction of its own, and is answered as a group', async () => {
  await start();
  const max = await rig.x.chatPerson(otherCustomer.id);
  rig.x.chat.begin('g77', [customer.id, otherCustomer.id, brandId]);
  await jane.say('g77', 'We both have a question');
  await rig.receives(1);
  expect(encrypted.interaction.threadId).toBe('group:g77');
  expect(await encrypted.answers('Ask away')).toMatchObject({ status: 200 });
  await max.say('g77', 'Thank you');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual([
    '[X channel] This is an encrypted group of 3 people. Everybody in it reads what you reply.\nWe both have a question',
    'Thank you',
  ]);
  expect(max.read('g77').map(({ text }) => text)).toEqual([
    'We both have a question',
    'Ask away',
    'Thank you',
  ]);
  expect(rig.sent).toEqual([]);
});

test("X's word that an answer failed is told to the agent in that customer's conversation", async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('lost on the way');
  // In Thrift: field 5 of the detail, kind 12 (a limit of the account), level 3.
  const detail = Buffer.from('0c00050800010000000c0c000808000200000003000000', 'hex');
  const { messageId } = encrypted.conversation.events.at(-1)!;
  const signature = Buffer.from([0]);
  const failure = rig.x.chat.wrap(encrypted.conversation, {
    senderId: brandId,
    messageId,
    detail,
    signature,
  });
  await encrypted.unheard(() => rig.x.chat.deliver(failure, encrypted.conversation));
  rig.scheduler.run('quarter');
  await rig.receives(2);
  expect(encrypted.bodies[1]).toMatch(
    /^\[X channel\] X could not deliver your reply of [\d :-]+ UTC: this account may send no more messages for now\. Please send it again later\./,
  );
});

test('read mark and typing are sent only where they are switched on', async () => {
  await start();
  await jane.say(brandId, 'hello');
  await rig.receives(1);
  await encrypted.answers('one');
  expect(encrypted.conversation).toMatchObject({ typedBy: [] });
  expect(encrypted.conversation.readUpTo.size).toBe(0);
  await rig.stopPlugin();
  rig.change({ chat: { active: true, readReceipts: true, typing: true } });
  await rig.startPlugin();
  await rig.supplied();
  await jane.say(brandId, 'hello again');
  await rig.receives(2);
  await encrypted.answers('two');
  expect(encrypted.conversation.typedBy).toEqual([brandId]);
  expect(encrypted.conversation.readUpTo.get(brandId)).toBe(
    encrypted.conversation.events.findLast(({ senderId }) => senderId === customer.id)?.sequenceId,
  );
});
