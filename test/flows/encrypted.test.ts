import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { signedIn } from '../support/adminClient';
import { EncryptedRig } from '../support/encrypted';
import { jpeg, mp4, png } from '../support/files';
import { brandId, otherCustomer, type Rig, type RigOptions } from '../support/rig';

let encrypted: EncryptedRig;
let rig: Rig;
let jane: ChatPerson;
afterEach(() => rig.stop());

async function start(options: RigOptions = {}): Promise<void> {
  encrypted = await EncryptedRig.start(options);
  ({ rig, jane } = encrypted);
}

const chat = async () => (await rig.health()).body.accounts['support']?.chat;

describe('without keys', () => {
  const words =
    '[X channel] The customer wrote in encrypted X Chat, which cannot be read here: the account has no keys. Please read it and reply on x.com, and tell your administrator to set up encrypted chat.';

  const startWithout = async (options: RigOptions = {}) => {
    await start({ chatKeys: false, ...options });
    // The brand's own device has keys; only the plugin has none.
    await rig.x.chatPerson(brandId);
  };

  test('an encrypted message is told to the agent, once, in the conversation of that customer', async () => {
    await startWithout();
    const { id } = await rig.interaction();
    await jane.say(brandId, 'secret');
    await rig.receives(2);
    await jane.say(brandId, 'another');
    await rig.receives(3);
    expect(encrypted.bodies).toEqual(['Hello', words, words]);
    expect(rig.received.map((each) => each.OpenchannelInteractionId)).toEqual([id, id, id]);
  });

  test('/health and the panel say the same', async () => {
    await startWithout({ panel: true });
    const admin = await signedIn(rig);
    const reasons = async () => (await admin.call('overview', {})).accounts[0]?.reasons;
    expect(await chat()).toMatchObject({ state: 'no-keys' });
    expect(await reasons()).toEqual([]);
    await jane.say(brandId, 'secret');
    await rig.receives(1);
    expect(await chat()).toMatchObject({
      state: 'no-keys',
      reason: expect.stringMatching(/set it up in the panel/) as string,
      lastMessageAt: expect.any(String) as string,
    });
    expect(await reasons()).toEqual([expect.stringMatching(/^Customers write in encrypted X Chat/)]);
  });

  test('an answer to such a customer is refused in words, and never goes out in plain', async () => {
    await startWithout();
    await rig.interaction();
    await jane.say(brandId, 'secret');
    await rig.receives(2);
    const { body } = await encrypted.answers('an answer');
    expect(body['error']).toMatchObject({
      code: 'chat-locked',
      message: expect.stringMatching(
        /for which this account has no keys, so the reply was withheld/,
      ) as string,
    });
    expect(rig.sent).toEqual([]);
  });

  test('switched off: X is not asked for them', async () => {
    await startWithout({ account: { chat: { active: false } } });
    await jane.say(brandId, 'secret');
    await rig.interaction();
    expect(rig.received).toHaveLength(1);
    expect(rig.x.subscriptions.list.map(({ eventType }) => eventType)).not.toContain('chat.received');
    expect(await chat()).toEqual({ state: 'off' });
  });
});

describe('what a customer writes', () => {
  test('reaches the agent in words, in one interaction with what they wrote in plain', async () => {
    await start();
    const { id } = await rig.interaction();
    await jane.say(brandId, 'My order number is 4711 🎉');
    await jane.say(brandId, 'Hello?');
    await rig.receives(3);
    expect(encrypted.bodies).toEqual(['Hello', 'My order number is 4711 🎉', 'Hello?']);
    expect(new Set(rig.received.map((each) => each.OpenchannelInteractionId))).toEqual(new Set([id]));
    expect(await chat()).toMatchObject({ state: 'ok' });
  });

  test('a customer who never wrote before is found by the Map Key', async () => {
    await start();
    const max = await rig.x.chatPerson(otherCustomer.id);
    await max.say(brandId, 'first');
    await rig.receives(1);
    expect(encrypted.bodies).toEqual(['first']);
    expect(rig.host.state.contacts.map(({ fields }) => fields['twitter'])).toEqual([otherCustomer.username]);
  });

  test('a reply quotes what it answers; a quote that is not as it was written is left out', async () => {
    await start();
    const first = await jane.say(brandId, 'Is it open\non Sunday?');
    await jane.reply(brandId, first, 'I mean this one');
    await rig.receives(2);
    expect(encrypted.bodies[1]).toBe('> Is it open\n> on Sunday?\nI mean this one');
  });

  test('reactions, edits and deletions are notices', async () => {
    await start();
    const first = await jane.say(brandId, 'I pay 10');
    await jane.react(brandId, first, '👍');
    await jane.edit(brandId, first, 'I pay 100');
    await jane.deleteForAll(brandId, first);
    await rig.receives(4);
    expect(encrypted.bodies).toEqual([
      'I pay 10',
      expect.stringMatching(
        /^\[X channel\] The customer reacted to their message of [\d :-]+ UTC \("I pay 10"\) with 👍\.$/,
      ),
      expect.stringMatching(
        /^\[X channel\] The customer changed their message of [\d :-]+ UTC \("I pay 10"\)\. It now reads:\nI pay 100$/,
      ),
      expect.stringMatching(
        /^\[X channel\] The customer deleted their message of [\d :-]+ UTC on X\. Please do not quote/,
      ),
    ]);
  });

  test('a photo and an mp4 are decrypted on their way into the host', async () => {
    await start();
    const film = mp4(700_000);
    await jane.sendFile(brandId, 'look', 'image/jpeg', jpeg);
    await jane.sendFile(brandId, '', 'video/mp4', film);
    await rig.receives(2);
    expect(encrypted.bodies).toEqual(['look', 'from-the-phone.mp4']);
    const files = rig.host.state.attachments;
    expect(files.map(({ name }) => name)).toEqual(['from-the-phone.jpeg', 'from-the-phone.mp4']);
    expect(files.map(({ content }) => content.equals(jpeg) || content.equals(film))).toEqual([true, true]);
    expect(files.map(({ type }) => type)).toEqual(['image/jpeg', 'video/mp4']);
  });

  test('a file that was cut off on X is never taken for a whole one', async () => {
    await start();
    const { onEvent } = rig.x.chat;
    rig.x.chat.onEvent = async (event, whole) => {
      for (const file of rig.x.chat.files.values()) file.content = file.content.subarray(0, 300_000);
      await onEvent(event, whole);
    };
    await jane.sendFile(brandId, 'look', 'image/png', Buffer.concat([png, Buffer.alloc(400_000)]));
    await rig.receivesInHaste(1);
    expect(encrypted.bodies).toEqual(['look\n[The customer sent a photo that could not be loaded from X.]']);
    expect(rig.host.state.attachments).toEqual([]);
  });
});
