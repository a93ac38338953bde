import type { ActivityEntry } from '../../plugin/core/ports';
import type { SimDirectMessage } from '../../test/simulators/x/world';
import type { Brand, Stage } from './sandbox';

/** Everything the page shows, at one moment. */
export function snapshotOf(stage: Stage, hostDown: boolean): object {
  return {
    hostDown,
    brands: stage.brands,
    customers: stage.customers.map((customer) => ({
      ...customer,
      messages: phoneMessages(customer.id, stage),
    })),
    interactions: stage.host.state.interactions.map((interaction) => deskInteraction(interaction, stage)),
    journeys: journeysOf(stage.activity).slice(-40).reverse(),
  };
}

/** A customer's Direct Messages, plain and encrypted, public posts and the answers to them, oldest first, by brand. */
function phoneMessages(customerId: string, stage: Stage): Record<string, object[]> {
  return Object.fromEntries(
    stage.brands.map((brand) => [
      brand.id,
      [
        ...stage.x.world.between(customerId, brand.id).map((message) => phoneMessage(message, customerId)),
        ...postsWith(customerId, brand, stage),
        // The first brand alone has keys for encrypted chat.
        ...(brand.id === stage.brandId ? encryptedMessages(customerId, stage) : []),
      ]
        .sort((one, other) => one.at - other.at)
        .slice(-60),
    ]),
  );
}

function postsWith(customerId: string, brand: Brand, { x }: Stage) {
  return x.world.posts
    .filter(
      ({ authorId, inReplyTo, text, deleted }) =>
        !deleted &&
        (authorId === customerId
          ? text.includes(`@${brand.username}`) || inReplyTo?.authorId === brand.id
          : authorId === brand.id && inReplyTo?.authorId === customerId),
    )
    .map((post) => {
      const [media] = post.media;
      const written = { ...post, senderId: post.authorId, media, stub: post.stubs[0] };
      return { ...phoneMessage(written, customerId), inPublic: true };
    });
}

const types: Record<string, string> = { image: 'image/png', gif: 'image/gif', video: 'video/mp4' };

/** What the customer's device can open. */
function encryptedMessages(customerId: string, { chatPeople, brandId }: Stage) {
  return (chatPeople.get(customerId)?.read(brandId) ?? []).map(({ id, at, from, text, media: [media] }) => {
    const type = types[media?.type ?? ''] ?? 'application/octet-stream';
    const query = new URLSearchParams({ type }).toString();
    return {
      id,
      at,
      mine: from !== brandId,
      text,
      encrypted: true,
      file: media && { url: `/files/chat/${customerId}/${media.hashKey}?${query}`, type, name: media.name },
    };
  });
}

type Written = Pick<SimDirectMessage, 'id' | 'senderId' | 'text' | 'links' | 'media' | 'stub' | 'at'>;

function phoneMessage({ id, senderId, text, links, media, stub, at }: Written, customerId: string) {
  const spoken = stub === undefined ? text : text.replace(stub, '').trim();
  return {
    id,
    at,
    mine: senderId === customerId,
    text: links.reduce((shown, link) => shown.replace(link.url, link.expanded), spoken),
    file: media && { url: `/files/x/${media.id}`, type: media.mime, name: media.type },
  };
}

function deskInteraction(
  interaction: { id: number; ContactId: number; OpenchannelAccountId: number; threadId: string | null },
  stage: Stage,
): object {
  const { host } = stage;
  const contact = host.state.contacts.find(({ id }) => id === interaction.ContactId);
  const customer = stage.customers.find(({ username }) => username === contact?.fields['twitter']);
  const isEncrypted = encryptedAmong(customer ? encryptedMessages(customer.id, stage) : []);
  const messages = host.state.messages.filter((each) => each.OpenchannelInteractionId === interaction.id);
  return {
    id: interaction.id,
    name: contact?.fields['firstName'] ?? 'Contact',
    handle: contact?.fields['twitter'] ?? '',
    inPublic: interaction.threadId !== null,
    account: host.state.accounts.find(({ id }) => id === interaction.OpenchannelAccountId)?.name ?? '',
    messages: messages.slice(-60).map(({ id, direction, body, AttachmentId, createdAt }) => {
      const file = host.state.attachments.find((each) => each.id === AttachmentId);
      return {
        id,
        at: Date.parse(createdAt),
        mine: direction === 'out',
        encrypted: interaction.threadId === null && isEncrypted(direction, body, Date.parse(createdAt)),
        text: body,
        file: file && { url: `/files/host/${file.id}`, type: file.type, name: file.name },
      };
    }),
  };
}

/** The desk notes an answer when it was taken, which may be after X had it. Milliseconds. */
const skew = 5_000;

/**
 * Tells which of the desk's messages went encrypted: the host knows only words, so each of X's encrypted messages is
 * matched once, by its words and by which side had them first.
 */
function encryptedAmong(
  messages: ReturnType<typeof encryptedMessages>,
): (direction: 'in' | 'out', body: string, at: number) => boolean {
  const left = [...messages];
  return (direction, body, at) => {
    const found = left.findIndex(
      (each) =>
        each.mine === (direction === 'in') &&
        (each.text === body || (each.text === '' && each.file?.name === body)) &&
        (direction === 'in' ? each.at <= at + skew : each.at >= at - skew),
    );
    if (found >= 0) left.splice(found, 1);
    return found >= 0;
  };
}

interface Journey {
  id: string;
  direction: 'in' | 'out';
  title: string;
  steps: { step: string; detail: string; ms: number }[];
  state: string;
  at: number;
}

/** The steps of each message, told as one journey. */
function journeysOf(activity: ActivityEntry[]): Journey[] {
  const journeys = new Map<string, Journey>();
  for (const { messageId, direction, step, detail, at, conversation } of activity) {
    const journey = journeys.get(messageId) ?? {
      id: messageId,
      direction,
      title: '',
      steps: [],
      state: '',
      at,
    };
    if (journey.title === '')
      journey.title = direction === 'in' ? (detail ?? '') : `${addressee(conversation)}: ${detail ?? ''}`;
    const shown = journey.steps.length === 0 ? '' : (detail ?? '');
    journey.steps.push({ step, detail: shown, ms: at - journey.at });
    journey.state = step;
    journeys.set(messageId, journey);
  }
  return [...journeys.values()];
}

const addressee = (conversation: string) =>
  conversation.startsWith('post:') ? 'in public' : `to @${conversation}`;
