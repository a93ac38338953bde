import { Rig, brandId, customer, deliveries, otherCustomer } from '../support/rig';
import { jpeg, mp4 } from '../support/files';
import { until } from '../support/until';
import type { PostOptions, SimPost } from '../simulators/x/world';
import type { Delivery } from '../../plugin/x/delivery';

let rig: Rig;
let polling = false;
afterEach(() => rig.stop());

const account = { mentions: { active: true }, environment: 'prod' };
const bodies = () => rig.received.map(({ body }) => body);
const link = (post: SimPost, from = customer) => `https://x.com/${from.username}/status/${post.id}`;
const interactionOf = (index: number) =>
  rig.host.state.interactions.find(({ id }) => id === rig.received[index]?.OpenchannelInteractionId)!;

/** What a reply is about, which Account Activity does not carry. */
let context: (line: string) => string;

async function start(delivery: Delivery, mentions: Record<string, unknown> = {}): Promise<void> {
  polling = delivery === 'poll';
  context = (line) => (delivery.startsWith('account-activity') ? '' : `${line}\n`);
  rig = await Rig.start({
    delivery,
    account: { ...account, mentions: { ...account.mentions, ...mentions } },
  });
  await rig.supplied();
  if (delivery === 'activity-stream') await until(() => rig.x.stream.isOpen, 'the stream');
}

async function posts(
  text: string,
  options: PostOptions = {},
  from: { id: string } = customer,
): Promise<SimPost> {
  const post = rig.x.world.addPost(from.id, text, options);
  await rig.x.feed.publish({ kind: 'post', post });
  if (polling) {
    rig.clock.jump(60_000);
    await rig.nextPoll();
  }
  return post;
}

const pushed = ['activity', 'account-activity'] as const;

describe.each(deliveries)('%s', (delivery) => {
  test('a mention is an interaction of its own, with the link to the post', async () => {
    await start(delivery);
    const post = await posts('@brand where is my parcel? <b> & "co" https://example.com/t?a=1');
    await rig.receives(1);
    expect(bodies()[0]).toBe(
      `@brand where is my parcel? <b> & "co" https://example.com/t?a=1\n${link(post)}`,
    );
    expect(interactionOf(0).threadId).toBe(post.id);
    expect(rig.host.state.notifications[0]).toMatchObject({
      from: 'jane_doe',
      threadId: post.id,
      firstName: 'Jane Doe',
    });
    if (delivery === 'poll') return;
    await rig.customerSays('and now in private');
    await rig.receives(2);
    expect(interactionOf(1).threadId).toBeNull();
  });

  test('long posts whole, quoted text quoted', async () => {
    await start(delivery);
    const long = `@brand ${'a long story about a parcel. '.repeat(30)}The end & all.`;
    const other = await posts('the offer: 5 < 6', {}, otherCustomer);
    const post = await posts(long, { quotes: other });
    await rig.receives(1);
    expect(bodies()[0]).toBe(`${long}\n> @Max_Power: the offer: 5 < 6\n${link(post)}`);
  });

  test('posts that quote the account come in with what they quote, where that is switched on', async () => {
    await start(delivery, { quotes: true });
    if (polling)
      await until(() => rig.x.traffic.some((call) => call.endsWith('/tweets')), 'the first look for quotes');
    const mine = rig.x.world.addPost(brandId, 'our offer: 5 < 6');
    const post = await posts('not for me', { quotes: mine });
    rig.scheduler.run('quarter');
    await rig.receives(1);
    expect(bodies()).toEqual([`not for me\n> @brand: our offer: 5 < 6\n${link(post)}`]);
    expect(interactionOf(0).threadId).toBe(post.id);
    await posts('@brand and with a name', { quotes: mine });
    rig.scheduler.run('quarter');
    await rig.receives(2);
    await posts('a last one');
    expect(rig.received).toHaveLength(2);
  });

  test('quotes stay out unless they are asked for', async () => {
    await start(delivery);
    const mine = rig.x.world.addPost(brandId, 'our offer');
    await posts('not for me', { quotes: mine });
    rig.scheduler.run('quarter');
    await posts('@brand hello');
    await rig.receives(1);
    expect(bodies().join()).not.toContain('not for me');
  });

  test('photos and videos come along', async () => {
    await start(delivery);
    const media = [rig.x.world.addMedia('image/jpeg', jpeg), rig.x.world.addMedia('video/mp4', mp4(4_000))];
    const post = await posts('@brand look', { media });
    await rig.receives(2);
    expect(bodies()[0]).toBe(`@brand look\n${link(post)}`);
    expect(rig.host.state.attachments.map(({ content }) => content)).toEqual(
      media.map(({ content }) => content),
    );
  });

  test('a mention that is a reply as well arrives once, in the thread it belongs to', async () => {
    await start(delivery);
    const first = await posts('@brand hello?');
    await rig.receives(1);
    const answer = rig.x.world.addPost(brandId, '@jane_doe yes?', { inReplyTo: first });
    await rig.x.feed.publish({ kind: 'post', post: answer }, 2);
    const second = await posts('@brand I am still waiting', { inReplyTo: answer });
    await rig.receives(2);
    await posts('@brand a new matter');
    await rig.receives(3);
    expect(bodies()[1]).toBe(
      `@brand I am still waiting\n${context('> In reply to @brand: @jane_doe yes?')}${link(second)}`,
    );
    expect(interactionOf(1).threadId).toBe(first.id);
    expect(interactionOf(2).threadId).not.toBe(first.id);
    expect(rig.received).toHaveLength(3);
  });

  test('own posts, reposts and likes stay out', async () => {
    await start(delivery);
    const mine = await posts('we are open, @brand says', {}, { id: brandId });
    const post = await posts('@brand thanks');
    await rig.receives(1);
    await posts('RT @brand: we are open', { repostOf: mine });
    await rig.x.feed.publish({ kind: 'like', userId: customer.id, post: mine });
    await posts('somebody else, not you');
    await posts('@brand the last');
    await rig.receives(2);
    expect(bodies()[0]).toBe(`@brand thanks\n${link(post)}`);
    expect(rig.received).toHaveLength(2);
  });
});

/** X Activity tells of a deletion only to who is subscribed to the author. */
const deletionsAreWatched = (delivery: Delivery) =>
  until(
    () =>
      delivery !== 'activity' ||
      rig.x.subscriptions.list.some(({ eventType }) => eventType === 'post.delete'),
    'the subscription to deletions',
  );

describe.each(pushed)('%s', (delivery) => {
  test('a reply to a post of ours that names nobody', async () => {
    await start(delivery);
    const mine = rig.x.world.addPost(brandId, 'we are open');
    const post = await posts('really?', { inReplyTo: mine });
    await rig.receives(1);
    expect(bodies()).toEqual([`really?\n${context('> In reply to @brand: we are open')}${link(post)}`]);
  });

  test('a post deleted on X: the agent gets a notice, once', async () => {
    await start(delivery);
    const post = await posts('@brand I am angry');
    await rig.receives(1);
    await deletionsAreWatched(delivery);
    await rig.x.deletePost(post);
    await rig.x.feed.publish({ kind: 'post-deleted', post });
    const [, notice] = await rig.receives(2);
    expect(notice?.body).toBe(
      `[X channel] The customer deleted a post of this conversation on X. Please do not quote it: https://x.com/i/status/${post.id}`,
    );
    expect(notice?.OpenchannelInteractionId).toBe(rig.received[0]?.OpenchannelInteractionId);
    await posts('@brand calm again');
    await rig.receives(3);
  });

  test('a post deleted before it was handed over: its words and pictures are withheld', async () => {
    await start(delivery);
    rig.host.faults.add({ when: /notify/, status: 503, times: 100 });
    const media = [rig.x.world.addMedia('image/jpeg', jpeg)];
    const post = await posts('@brand I did not mean that', { media });
    await until(
      async () => (await rig.health()).body.accounts['support']?.inbound.state === 'waiting',
      'the post to wait',
    );
    await deletionsAreWatched(delivery);
    await rig.x.deletePost(post);
    rig.host.faults.clear();
    rig.clock.jump(10 * 60_000);
    await rig.receives(1);
    expect(bodies()).toEqual([
      '[X channel] The customer deleted this post before it reached you; its text is withheld.',
    ]);
    expect(rig.received[0]?.AttachmentId).toBeNull();
    expect(interactionOf(0).threadId).toBe(post.id);
  });
});

test('a post deleted while its picture is being moved does not go out with its words', async () => {
  await start('account-activity');
  rig.x.faults.add({ when: /^GET \/2\/dm_conversations\/media\//, delay: 500 });
  const media = [rig.x.world.addMedia('image/jpeg', jpeg)];
  const post = await posts('@brand I did not mean that', { media });
  await until(
    () => rig.x.traffic.some((call) => call.includes('/dm_conversations/media/')),
    'the picture to be fetched',
  );
  await rig.x.deletePost(post);
  await rig.receives(1);
  expect(bodies()[0]).toMatch(/deleted this post before it reached you/);
  await posts('@brand calm again');
  await rig.receives(2);
  expect(bodies().join(' ')).not.toContain('did not mean');
});

test('deletions are watched for those who wrote lately, and no longer', async () => {
  await start('activity');
  await posts('@brand hello');
  await posts('@brand hello too', {}, otherCustomer);
  const watched = () =>
    rig.x.subscriptions.list
      .filter(({ eventType }) => eventType === 'post.delete')
      .map(({ userId }) => userId)
      .sort();
  await until(() => watched().length === 2, 'both to be watched');
  expect(watched()).toEqual([customer.id, otherCustomer.id]);
  rig.clock.jump(49 * 60 * 60_000);
  await posts('@brand hello again');
  rig.scheduler.run('quarter');
  await until(() => watched().length === 1, 'one to be let go');
  expect(watched()).toEqual([customer.id]);
});

test('X refuses to tell of deletions: the supply does not suffer', async () => {
  rig = await Rig.start({ delivery: 'activity', account, x: { maxSubscriptions: 5 } });
  await rig.supplied();
  await posts('@brand hello');
  await rig.receives(1);
  await rig.logged(/X will not report the deletion of this post/);
  rig.scheduler.run('quarter');
  await rig.supplied('ok');
});

test('mentions that are switched off are counted, not forwarded', async () => {
  rig = await Rig.start({ delivery: 'account-activity' });
  await rig.supplied();
  await posts('@brand hello');
  await rig.customerSays('in private');
  await rig.receives(1);
  expect(bodies()).toEqual(['in private']);
  const metrics = await (await fetch(`${rig.url}/metrics`)).text();
  expect(metrics).toMatch(/events_total\{account="support",kind="post",result="switched_off"\} 1/);
});

test('mentions go to an Open Channel account of their own, and so do their replies', async () => {
  polling = false;
  // The simulator numbers what it makes; the second account is the next one.
  rig = await Rig.start({
    delivery: 'activity',
    account: { ...account, mentions: { active: true, openChannelAccountId: 102 } },
  });
  const { replyUrl } = rig.host.state.accounts[0]!;
  const channel = rig.host.addAccount({ name: 'Mentions', mapKey: 'nickname', replyUrl });
  expect(channel.id).toBe(102);
  await rig.supplied();
  const post = await posts('@brand in public');
  await rig.customerSays('in private');
  await rig.receives(2);
  const channelOf = (words: string) => {
    const message = rig.received.find(({ body }) => body.includes(words))!;
    return rig.host.state.interactions.find(({ id }) => id === message.OpenchannelInteractionId)!;
  };
  expect(channelOf('in public').OpenchannelAccountId).toBe(channel.id);
  expect(channelOf('in private').OpenchannelAccountId).toBe(rig.account.id);
  const contact = rig.host.state.contacts.find(({ id }) => id === channelOf('in public').ContactId)!;
  expect(contact.fields['nickname']).toBe(customer.username);
  expect(await rig.host.agentWrites(channelOf('in public'), 'a public reply')).toMatchObject({ status: 200 });
  const replied = rig.x.world.posts.at(-1)!;
  expect([replied.text.includes('a public reply'), replied.inReplyTo?.id]).toEqual([true, post.id]);
  expect(await rig.host.agentWrites(channelOf('in private'), 'a private one')).toMatchObject({ status: 200 });
  expect(rig.x.world.messages.some(({ text }) => text === 'a private one')).toBe(true);
});
