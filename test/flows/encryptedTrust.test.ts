import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { EncryptedRig, damage } from '../support/encrypted';
import { brandId, customer, otherCustomer, type Rig, type RigOptions } from '../support/rig';

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

describe('what cannot be trusted or read is a notice', () => {
  const unverified =
    "[X channel] An encrypted message came in this customer's name, but it could not be verified that they wrote it, so it is not shown. If they mention one, please look on x.com.";
  const damaged =
    '[X channel] An encrypted message of this customer arrived damaged and cannot be read. Please ask them to send it again.';
  const noKey =
    '[X channel] An encrypted message of this customer cannot be read, since X shows no key for it. Please read it on x.com, or ask the customer to send it again.';

  test('a forged signature', async () => {
    await start();
    await jane.say(brandId, 'first');
    await encrypted.forge(({ encoded, messageId }) => ({ encoded: damage(encoded, messageId, -1) }));
    await rig.receives(2);
    expect(encrypted.bodies).toEqual(['first', unverified]);
  });

  test('a key that somebody else signed for the conversation is not used', async () => {
    await start();
    await jane.say(brandId, 'first');
    await rig.receives(1);
    const intruder = await rig.x.chatPerson(otherCustomer.id);
    await rig.x.feed.publish({
      kind: 'chat',
      event: intruder.intrude(encrypted.conversation),
      conversation: encrypted.conversation,
    });
    await rig.logged(/a change of a conversation key that cannot be trusted/);
    expect(await encrypted.answers('for Jane only')).toMatchObject({ status: 200 });
    expect(jane.read(brandId).map(({ text }) => text)).toEqual(['first', 'for Jane only']);
  });

  test('a key that X signs in our own name, with a key it lists as one of ours', async () => {
    await start();
    await jane.say(brandId, 'first');
    await rig.receives(1);
    const impostor = await rig.x.chatPerson(brandId);
    const [genuine, forged] = rig.x.chat.registry.get(brandId)!;
    const lower = String(Number(genuine!.version) - 1);
    rig.x.chat.registry.set(brandId, [{ ...forged!, version: lower }, genuine!]);
    impostor.pretend(lower);
    const change = await encrypted.unheard(() => impostor.rotateKey(customer.id));
    await rig.x.chat.deliver(change, encrypted.conversation);
    await rig.logged(/a change of a conversation key that cannot be trusted/);
    const keyVersion = encrypted.conversation.keyVersion;
    await encrypted.answers('for Jane only');
    const keys = await rig.store.chat.keys('support', encrypted.conversation.id);
    expect(keys.map(({ version }) => version)).not.toContain(keyVersion);
  });

  test('our mark in what somebody changes, reacts with, or calls a file', async () => {
    await start();
    const said = await jane.say(brandId, 'ok');
    await rig.receives(1);
    await jane.edit(brandId, said, 'ok\n[X channel] X has verified this customer');
    await jane.react(brandId, said, '[X channel]');
    await rig.receives(3);
    for (const body of encrypted.bodies.slice(1))
      expect(body.lastIndexOf('[X channel]')).toBe(body.indexOf('[X channel]'));
  });

  test('words of another conversation', async () => {
    await start();
    const max = await rig.x.chatPerson(otherCustomer.id);
    const elsewhere = await max.say(customer.id, 'not for the brand');
    await jane.say(brandId, 'first');
    // The other one is older: it would go first if both waited.
    await rig.receives(1);
    await rig.x.chat.deliver({ ...elsewhere, keyChange: undefined }, encrypted.conversation);
    await rig.receives(2);
    expect(encrypted.bodies).toEqual(['first', expect.stringMatching(/^\[X channel\] An encrypted message/)]);
    expect(encrypted.bodies.join()).not.toMatch(/not for the brand/);
  });

  test('a public key that X replaced is not trusted, neither unbound nor in the place of one seen before', async () => {
    await start();
    await jane.say(brandId, 'genuine');
    await rig.receives(1);
    const [mine] = rig.x.chat.registry.get(customer.id)!;
    const impostor = await rig.x.chatPerson(customer.id);
    const [, theirs] = rig.x.chat.registry.get(customer.id)!;
    impostor.pretend(mine!.version);
    rig.x.chat.registry.set(customer.id, [{ ...theirs!, version: mine!.version }]);
    await impostor.say(brandId, 'I am Jane');
    await rig.receives(2);
    expect(encrypted.bodies[1]).toBe(unverified);
    await rig.logged(/another public key than before/);
    // A signing key that the identity did not sign.
    rig.x.chat.registry.set(customer.id, [
      mine!,
      { ...mine!, version: '9999999999999', signingPublicKey: theirs!.signingPublicKey },
    ]);
    await encrypted.forge(({ encoded: event, messageId }) => ({ encoded: damage(event, messageId, -1) }));
    await rig.logged(/public keys that do not belong together/);
    await rig.receives(3);
    expect(encrypted.bodies[2]).toBe(unverified);
  });

  test('a missing key is fetched from the history; without it there, the agent is told', async () => {
    await start();
    // X delivers neither the change of the key nor the first message.
    await encrypted.unheard(() => jane.say(brandId, 'unheard'));
    await jane.say(brandId, 'heard');
    await rig.receives(1);
    expect(encrypted.bodies).toEqual(['heard']);
    expect(rig.x.traffic.filter((call) => call.endsWith('/events')).length).toBeGreaterThanOrEqual(1);

    await encrypted.unheard(() => jane.rotateKey(brandId));
    const { conversation } = encrypted;
    const change = conversation.keyChanges.pop();
    conversation.events = conversation.events.filter(({ encoded }) => encoded !== change);
    await jane.say(brandId, 'lost for good');
    await rig.receives(2);
    expect(encrypted.bodies[1]).toBe(noKey);
  });

  test('a rotated key, and a customer on a new device, go on as before', async () => {
    await start();
    await jane.say(brandId, 'one');
    await jane.rotateKey(brandId);
    await jane.say(brandId, 'two');
    await jane.changeDevice();
    await jane.say(brandId, 'three');
    await rig.receives(3);
    expect(encrypted.bodies).toEqual([
      'one',
      'two',
      expect.stringMatching(/^\[X channel\] The security keys of this customer have changed.*\nthree$/),
    ]);
    await jane.say(brandId, 'four');
    await rig.receives(4);
    expect(encrypted.bodies[3]).toBe('four');
  });

  test('a key X has withdrawn signs nothing new: a phone that was stolen writes no more', async () => {
    await start();
    await jane.say(brandId, 'one');
    await rig.receives(1);
    const [stolen] = rig.x.chat.registry.get(customer.id)!;
    const thief = jane.clone();
    await jane.changeDevice();
    rig.x.chat.registry.set(customer.id, [rig.x.chat.registry.get(customer.id)!.at(-1)!]);
    await jane.say(brandId, 'from my new phone');
    await rig.receives(2);
    rig.clock.jump(60 * 60_000);
    // X passes it on all the same.
    rig.x.chat.registry.get(customer.id)!.unshift(stolen!);
    const event = await encrypted.unheard(() => thief.say(brandId, 'send me the money'));
    rig.x.chat.registry.get(customer.id)!.shift();
    await rig.x.chat.deliver(event, encrypted.conversation);
    await rig.receives(3);
    expect(encrypted.bodies[2]).toBe(unverified);
  });

  test('an unknown version that X does not explain', async () => {
    await start();
    await jane.say(brandId, 'one');
    await rig.receives(1);
    const known = rig.x.chat.registry.get(customer.id)!;
    await jane.changeDevice();
    const hidden = await encrypted.unheard(() => jane.say(brandId, 'signed by an unknown key'));
    rig.x.chat.registry.set(customer.id, known);
    await rig.x.chat.deliver(hidden, encrypted.conversation);
    await rig.receives(2);
    expect(encrypted.bodies[1]).toBe(unverified);
  });

  test('where X refuses to show the keys, the agent is told', async () => {
    await start();
    rig.x.faults.add({
      when: /public_keys$/,
      status: 403,
      body: { title: 'Forbidden', detail: 'not permitted' },
      times: Infinity,
    });
    await jane.say(brandId, 'hello');
    await rig.receives(1);
    expect(encrypted.bodies[0]).toMatch(/the keys needed to decrypt it are not available from X/);
    rig.x.faults.clear();
    await jane.say(brandId, 'and now?');
    await rig.receives(2);
    expect(encrypted.bodies[1]).toBe('and now?');
  });

  test('a truncated event', async () => {
    await start();
    await jane.say(brandId, 'one');
    await encrypted.forge(({ encoded }) => ({
      encoded: Buffer.from(encoded, 'base64').subarray(0, 150).toString('base64'),
    }));
    await encrypted.forge(() => ({ encoded: 'bm8gZXZlbnQgYXQgYWxs' }));
    await rig.receives(3);
    expect(encrypted.bodies).toEqual(['one', damaged, damaged]);
  });
});

test('the same signed message in other wrappings is handed over once', async () => {
  await start();
  const event = await jane.say(brandId, 'once');
  await rig.receives(1);
  const bytes = Buffer.from(event.encoded, 'base64');
  // X's number around it is nobody's signature.
  bytes[7] = bytes[7]! ^ 1;
  await rig.x.chat.deliver({ ...event, encoded: bytes.toString('base64') }, encrypted.conversation);
  await jane.say(brandId, 'twice');
  await rig.receives(2);
  expect(encrypted.bodies).toEqual(['once', 'twice']);
});
