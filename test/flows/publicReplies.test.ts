import { Rig, brandId, customer, otherCustomer, type RigOptions } from '../support/rig';
import { gif, mp4, png } from '../support/files';
import { until } from '../support/until';
import type { HostInteraction } from '../simulators/host/state';
import type { SimPost } from '../simulators/x/world';

let rig: Rig;
afterEach(() => rig.stop());

const deepLink = `https://twitter.com/messages/compose?recipient_id=${brandId}`;
const answers = () => rig.x.world.posts.filter(({ authorId }) => authorId === brandId);
const words = () =>
  answers().map(({ text, links }) =>
    links.reduce((shown, { url, expanded }) => shown.replace(url, expanded), text),
  );

async function start(mentions: Record<string, unknown> = {}, options: RigOptions = {}): Promise<void> {
  rig = await Rig.start({
    delivery: 'account-activity',
    account: { mentions: { active: true, ...mentions } },
    ...options,
  });
  rig.x.onPosted = (post) => void rig.x.feed.publish({ kind: 'post', post });
  await rig.supplied();
}

/** A customer posts, and the agent has it. */
async function posts(text: string, from = customer, inReplyTo?: SimPost) {
  const before = rig.received.length;
  const post = rig.x.world.addPost(from.id, text, inReplyTo ? { inReplyTo } : {});
  await rig.x.feed.publish({ kind: 'post', post });
  await rig.receives(before + 1);
  const id = rig.received.at(-1)?.OpenchannelInteractionId;
  return { post, interaction: rig.host.state.interactions.find((each) => each.id === id)! };
}

const says = (interaction: HostInteraction, text: string) => rig.host.agentWrites(interaction, text);

test('an answer in a public interaction is a reply to the post', async () => {
  await start();
  const { post, interaction } = await posts('@brand where is my parcel?');
  const outcome = await says(interaction, 'On its way: https://acme.example/track?a=1&b=2');
  expect(outcome).toEqual({ status: 200, body: { status: 'sent', ids: [answers()[0]?.id] } });
  expect(answers()[0]?.inReplyTo).toBe(post);
  expect(words()).toEqual(['@jane_doe On its way: https://acme.example/track?a=1&b=2']);
  expect(rig.sent).toEqual([]);
});

test('the newest post of the customer in that thread is answered, and the thread goes on', async () => {
  await start();
  const first = await posts('@brand hello?');
  await says(first.interaction, 'hello Jane');
  const second = await posts('@brand still waiting', customer, answers()[0]);
  await posts('@brand me too', otherCustomer, first.post);
  expect(second.interaction.id).toBe(first.interaction.id);
  await says(second.interaction, 'one moment');
  expect(answers().map(({ inReplyTo }) => inReplyTo?.id)).toEqual([first.post.id, second.post.id]);
});

test.each(['@jane_doe', 'https://x.com/jane_doe'])(
  'the customer whose field holds %s is answered, not whoever wrote last in the thread',
  async (twitter) => {
    await start();
    const { post, interaction } = await posts('@brand hello?');
    const other = await posts('@brand me too', otherCustomer, post);
    expect(other.interaction.threadId).toBe(interaction.threadId);
    const { id, threadId } = interaction;
    const outcome = await rig.reply({ body: 'hello', Contact: { twitter }, Interaction: { id, threadId } });
    expect(outcome.status).toBe(200);
    expect(answers().map(({ inReplyTo }) => inReplyTo?.id)).toEqual([post.id]);
  },
);

test('too long: refused before anything is sent, with how many are too many, as X counts', async () => {
  await start();
  const { interaction } = await posts('@brand hello');
  const link = 'https://example.com/a-very-long-address-that-counts-for-twenty-three-characters-only';
  const fits = `${'a'.repeat(250)} ${link}`;
  expect((await says(interaction, fits)).status).toBe(200);
  const outcome = await says(interaction, `${'你'.repeat(141)} 😀`);
  expect(outcome.status).toBe(422);
  expect(JSON.stringify(outcome.body)).toContain("The public reply is 5 characters over X's limit of 280");
  expect(answers()).toHaveLength(1);
});

test('a Premium account may write longer', async () => {
  await start({ maxPostLength: 1000 }, { x: { posts: { longest: 1000 } } });
  const { interaction } = await posts('@brand hello');
  expect((await says(interaction, 'a'.repeat(900))).status).toBe(200);
});

test("the agent's initials and the address for private messages go with the answer", async () => {
  await start({ deepLink: true, agentInitials: true });
  const { interaction } = await posts('@brand hello');
  await says(interaction, 'Please write to us in private.');
  expect(words()).toEqual(['@jane_doe Please write to us in private. - A.L']);
  expect(answers()[0]?.deepLink).toBe(deepLink);
});

test('where X does not take the address by itself, it stands in the text', async () => {
  await start({ deepLink: true }, { x: { posts: { takesDeepLink: false } } });
  const { interaction } = await posts('@brand hello');
  await says(interaction, 'Please write to us.');
  await says(interaction, 'Anything else?');
  expect(words()).toEqual([
    `@jane_doe Please write to us.\n${deepLink}`,
    `@jane_doe Anything else?\n${deepLink}`,
  ]);
  expect(rig.x.traffic.filter((call) => call === 'POST /2/tweets')).toHaveLength(3);
});

test('what there is no room for is dropped, the link first, and the agent is told', async () => {
  await start({ deepLink: true, agentInitials: true });
  const { interaction } = await posts('@brand hello');
  await says(interaction, 'a'.repeat(270));
  expect(words()[0]).toBe(`@jane_doe ${'a'.repeat(270)} - A.L`);
  const [, notice] = await rig.receives(2);
  expect(notice?.body).toBe(
    '[X channel] Your public reply was published without the link to private messages, because of the character limit.',
  );
  expect(notice?.OpenchannelInteractionId).toBe(interaction.id);
  await says(interaction, 'b'.repeat(279));
  await rig.receives(3);
  expect(rig.received.at(-1)?.body).toContain('without the link to private messages and your initials');
});

test('a picture goes along, with or without words', async () => {
  await start();
  const { interaction } = await posts('@brand hello');
  const file = rig.host.state.addAttachment('map_of-the shop.png', 'image/png', png);
  expect((await rig.host.agentWrites(interaction, 'here', file)).status).toBe(200);
  expect((await rig.host.agentWrites(interaction, '', file)).status).toBe(200);
  expect(answers().map(({ media }) => media.map(({ category }) => category))).toEqual([
    ['tweet_image'],
    ['tweet_image'],
  ]);
  expect(answers()[0]?.media[0]?.altText).toBe('map of the shop');
  expect(answers().map(({ text, stubs }) => text.replace(stubs[0]!, '').trim())).toEqual([
    '@jane_doe here',
    '@jane_doe',
  ]);
});

describe('several files', () => {
  const reply = ({ id, threadId }: HostInteraction, files: [string, Buffer][]) =>
    rig.replyOutcome({
      body: 'look',
      AttachmentId: files.map(([type, content]) => rig.host.state.addAttachment('file', type, content).id),
      Contact: { twitter: customer.username },
      Interaction: { id, threadId },
    });
  const picture: [string, Buffer] = ['image/png', png];

  test('up to four pictures go with one answer', async () => {
    await start();
    const { interaction } = await posts('@brand hello');
    expect((await reply(interaction, [picture, picture, picture, picture])).status).toBe(200);
    expect(answers().map(({ media }) => media.length)).toEqual([4]);
  });

  test.each([
    ['five pictures', [picture, picture, picture, picture, picture]],
    ['a picture and a GIF', [picture, ['image/gif', gif]]],
    ['two videos', [mp4(99), mp4(98)].map((film) => ['video/mp4', film])],
  ] as [string, [string, Buffer][]][])('%s are refused in words', async (_what, files) => {
    await start();
    const { interaction } = await posts('@brand hello');
    const { status, body } = await reply(interaction, files);
    expect(status).toBe(400);
    expect(body.error?.message).toContain('up to 4 pictures, or one video or GIF');
    expect(answers()).toEqual([]);
  });
});

test.each(['only once & https://example.com/a', '@ada_l only once', 'only once, and long '.repeat(40)])(
  'the answer of X to %j is lost: the timeline shows that it was published, so it is not published again',
  async (text) => {
    const posting = { deepLink: true, agentInitials: true, maxPostLength: 1_000 };
    await start(posting, { x: { posts: { longest: 1_000 } } });
    const { interaction } = await posts('@brand hello');
    rig.x.faults.add({ when: /^POST \/2\/tweets/, cut: 'after' });
    expect((await says(interaction, text)).status).toBe(202);
    await rig.stands({ outbound: { waiting: 0 } });
    expect((await says(interaction, 'next')).status).toBe(200);
    expect(answers()).toHaveLength(2);
  },
);

test('a connection cut before X did anything: published on the second try', async () => {
  await start();
  const { interaction } = await posts('@brand hello');
  rig.x.faults.add({ when: /^POST \/2\/tweets/, cut: 'before' });
  expect((await says(interaction, 'arrives')).status).toBe(202);
  await until(() => answers().length === 1, 'the answer');
});

test("X's rule that an answer needs a summons is explained when it strikes", async () => {
  await start();
  const mine = rig.x.world.addPost(brandId, 'we are open');
  const { interaction } = await posts('really?', customer, mine);
  const outcome = await says(interaction, 'really!');
  expect(outcome.status).toBe(422);
  expect(JSON.stringify(outcome.body)).toContain('only where the customer mentions or quotes it');
});

test.each([
  [186, 'too long for X'],
  [187, 'the same text was sent just before'],
  [385, 'The post was deleted'],
  [433, 'lets only some people reply'],
])('X refuses an answer with code %d: the agent reads why', async (code, sentence) => {
  await start();
  const { interaction } = await posts('@brand hello');
  rig.x.faults.add({ when: /^POST \/2\/tweets/, status: 403, body: { errors: [{ code, message: 'no' }] } });
  const outcome = await says(interaction, 'hi');
  expect(outcome.status).toBe(422);
  expect(JSON.stringify(outcome.body)).toContain(sentence);
});

test('the post is deleted while its reply waits: the answer is withheld, and the agent told at once', async () => {
  await start({}, { x: { limits: { 'POST /2/tweets': { calls: 1, seconds: 900 } } } });
  const { post, interaction } = await posts('@brand hello');
  await says(interaction, 'first');
  expect((await says(interaction, 'too late')).status).toBe(202);
  await rig.x.deletePost(post);
  await until(() => rig.received.some(({ body }) => body.includes('withheld')), 'the notice');
  expect(rig.received.map(({ body }) => body)).toContain(
    '[X channel] Your message "too late" was not delivered. The customer deleted the post on X, so the reply was withheld.',
  );
  rig.clock.jump(16 * 60_000);
  const outcome = await says(interaction, 'and later');
  expect(outcome.status).toBe(422);
  expect(answers()).toHaveLength(1);
});

test('the post is deleted after its answer was published, but the answer of X was lost: nothing untrue is told', async () => {
  await start();
  const { post, interaction } = await posts('@brand hello');
  rig.x.faults.add({ when: /^POST \/2\/tweets/, cut: 'after' });
  expect((await says(interaction, 'published')).status).toBe(202);
  await until(() => answers().length === 1, 'the answer');
  await rig.x.deletePost(post);
  await rig.stands({ outbound: { waiting: 0 } });
  expect(rig.received.map(({ body }) => body).join()).not.toContain('withheld');
});

test('a picture whose alternative text X does not take goes without it', async () => {
  await start();
  const { interaction } = await posts('@brand hello');
  rig.x.faults.add({ when: /media\/metadata/, status: 400, body: { detail: 'no' } });
  const file = rig.host.state.addAttachment('map.png', 'image/png', png);
  expect((await rig.host.agentWrites(interaction, 'here', file)).status).toBe(200);
  expect(answers()).toHaveLength(1);
  await rig.logged(/X rejected the alt text of a picture/);
});
