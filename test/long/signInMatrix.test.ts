import { EncryptedRig } from '../support/encrypted';
import { png } from '../support/files';
import { Rig, brandId, customer, type RigOptions } from '../support/rig';
import { until } from '../support/until';
import type { Delivery } from '../../plugin/x/delivery';
import type { SimDialect } from '../simulators/x/dialect';
import type { SignInRules } from '../simulators/x/signIns';

/** The main flows under every sign-in an account may have, and under everything that X's sources disagree about. */

type SignIns = NonNullable<RigOptions['signIns']>;

let rig: Rig;
afterEach(() => rig.stop());

const combinations = (['oauth1', 'oauth2', 'both'] as const).flatMap((signIns) =>
  (['tweet', 'post'] as const).flatMap((dialect) =>
    (['documents', 'openapi'] as const).map((rules): [SignIns, SimDialect, SignInRules] => [
      signIns,
      dialect,
      rules,
    ]),
  ),
);

describe.each(combinations)('%s, dialect "%s", sign-ins as in the %s', (signIns, dialect, signInRules) => {
  const options: RigOptions = {
    signIns,
    x: { dialect, signInRules },
    account: { mentions: { active: true, quotes: true } },
  };
  /** X's documents give private events of X Activity to OAuth 2.0 alone; Account Activity takes either. */
  const isBarred = signIns === 'oauth1' && signInRules === 'documents';
  const pushed: Delivery = isBarred ? 'account-activity' : 'activity';
  const start = async (delivery: Delivery) => {
    rig = await Rig.start({ ...options, delivery });
    await rig.supplied();
  };
  const bodies = () => rig.received.map(({ body }) => body);

  test('Direct Messages in and out, with pictures', async () => {
    await start(pushed);
    const picture = rig.x.world.addMedia('image/png', png);
    const message = rig.x.world.addMessage(customer.id, brandId, 'look', picture);
    await rig.x.feed.publish({ kind: 'message', message });
    await rig.receives(1);
    expect(rig.host.state.attachments[0]?.content.equals(png)).toBe(true);
    const file = rig.host.state.addAttachment('reply.png', 'image/png', png);
    const interaction = rig.host.state.interactions[0]!;
    expect((await rig.host.agentWrites(interaction, 'seen', file)).status).toBe(200);
    expect(rig.sent[0]?.media?.content?.equals(png)).toBe(true);
    // A refused sign-in is tried once for a kind of call, and known from then on.
    const before = rig.x.traffic.length;
    expect((await rig.host.agentWrites(interaction, 'and again')).status).toBe(200);
    expect(rig.x.traffic.slice(before)).toHaveLength(1);
  });

  test('mentions, and public replies', async () => {
    await start(pushed);
    const post = rig.x.world.addPost(customer.id, '@brand where is it?');
    await rig.x.feed.publish({ kind: 'post', post });
    await rig.receives(1);
    expect((await rig.host.agentWrites(rig.host.state.interactions[0]!, 'on its way')).status).toBe(200);
    expect(rig.x.world.posts.at(-1)).toMatchObject({ authorId: brandId, inReplyTo: post });
  });

  test('polling: messages, mentions and quotes', async () => {
    await start('poll');
    await until(() => rig.x.traffic.some((call) => call.endsWith('/tweets')), 'the first look for quotes');
    const own = rig.x.world.addPost(brandId, 'our offer');
    rig.clock.jump(60_000);
    rig.x.world.addMessage(customer.id, brandId, 'in private');
    rig.x.world.addPost(customer.id, '@brand in public');
    rig.x.world.addPost(customer.id, 'look at this', { quotes: own });
    await rig.nextPoll();
    await rig.receives(2);
    rig.scheduler.run('quarter');
    await rig.receives(3);
    expect(bodies()).toContain('in private');
    expect(bodies().join('\n')).toContain('@brand in public');
    expect(bodies().join('\n')).toContain('look at this\n> @brand: our offer');
    // No names of fields that X does not know, once it is known which they are.
    const before = rig.x.traffic.length;
    const since = () => rig.x.traffic.slice(before).filter((call) => !call.includes('/chat/'));
    rig.clock.jump(60_000);
    await rig.nextPoll();
    await until(() => since().some((call) => call.endsWith('/mentions')), 'the mentions');
    expect(since()).toHaveLength(2);
  });

  test('what came while the plugin was down', async () => {
    await start(pushed);
    await rig.stopPlugin();
    rig.x.world.addMessage(customer.id, brandId, 'while it was down');
    rig.x.world.addPost(customer.id, '@brand while it was down');
    rig.clock.jump(3 * 60_000);
    await rig.startPlugin();
    await rig.receivesInHaste(2);
    expect(bodies().join('\n')).toContain('while it was down');
  });

  test('encrypted chat', async () => {
    const encrypted = await EncryptedRig.start({ ...options, ...(isBarred ? { delivery: 'poll' } : {}) });
    ({ rig } = encrypted);
    if (isBarred) {
      // Nobody is left without a word: neither the admin nor, by the health, the operator.
      await until(
        async () => /OAuth 2.0/.test((await rig.health()).body.accounts['support']?.chat.reason ?? ''),
        'health to tell what is missing',
      );
      return;
    }
    await encrypted.jane.say(brandId, 'a secret');
    await rig.receives(1);
    expect(bodies()).toEqual(['a secret']);
    expect((await encrypted.answers('kept')).status).toBe(200);
    const read = encrypted.jane.read(brandId);
    expect(JSON.stringify(read)).toContain('kept');
  });
});

test("answers in the shapes of X's local emulator are understood, and segments go out as it takes them", async () => {
  rig = await Rig.start({ delivery: 'poll', x: { emulator: true }, account: { mentions: { active: true } } });
  await rig.supplied();
  const interaction = await rig.interaction();
  const file = rig.host.state.addAttachment('reply.png', 'image/png', png);
  const first = await rig.host.agentWrites(interaction, 'one', file);
  expect(first).toMatchObject({ status: 200, body: { ids: [rig.sent[0]?.id] } });
  const appends = () => rig.x.traffic.filter((call) => call.endsWith('/append')).length;
  expect(appends()).toBe(2);
  expect((await rig.host.agentWrites(interaction, 'two', file)).status).toBe(200);
  expect(appends()).toBe(3);
  expect(rig.sent.map(({ media }) => media?.content?.equals(png))).toEqual([true, true]);
});
