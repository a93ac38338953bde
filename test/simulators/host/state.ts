import type { Request } from 'express';

export interface HostAccount {
  id: number;
  name: string;
  mapKey: string;
  replyUrl: string;
}

export interface HostContact {
  id: number;
  fields: Record<string, string>;
}

export interface HostAttachment {
  id: number;
  name: string;
  basename: string;
  path: string;
  type: string;
  content: Buffer;
}

export interface HostMessage {
  id: number;
  direction: 'in' | 'out';
  body: string;
  AttachmentId: number | null;
  ContactId: number;
  OpenchannelAccountId: number;
  OpenchannelInteractionId: number;
  createdAt: string;
}

export interface HostInteraction {
  id: number;
  threadId: string | null;
  ContactId: number;
  OpenchannelAccountId: number;
  closed: boolean;
}

/** What the simulated host's Reply URL call came to. */
export interface ReplyOutcome {
  status: number;
  body: Record<string, unknown>;
}

/** The simulated host's tables. */
export class HostState {
  readonly accounts: HostAccount[] = [];
  readonly contacts: HostContact[] = [];
  readonly interactions: HostInteraction[] = [];
  readonly messages: HostMessage[] = [];
  readonly attachments: HostAttachment[] = [];
  /** Notify calls as they came, for tests to look at. */
  readonly notifications: Record<string, unknown>[] = [];
  /** People who may sign in, beside the plugin's own user. */
  readonly users: { name: string; password: string; role: string }[] = [];
  private ids = 100;

  constructor(readonly now: () => number = Date.now) {}

  newId(): number {
    this.ids += 1;
    return this.ids;
  }

  contactBy(mapKey: string, value: string): HostContact | undefined {
    return this.contacts.find(({ fields }) => fields[mapKey]?.toLowerCase() === value.toLowerCase());
  }

  addAttachment(name: string, type: string, content: Buffer): HostAttachment {
    const id = this.newId();
    const basename = `${id}-${name}`;
    const attachment = { id, name, basename, path: `/files/${basename}`, type, content };
    this.attachments.push(attachment);
    return attachment;
  }

  interactionOf(contact: HostContact, account: HostAccount, threadId: string | null): HostInteraction {
    const open = this.interactions.find(
      (each) =>
        each.ContactId === contact.id &&
        each.OpenchannelAccountId === account.id &&
        each.threadId === threadId,
    );
    if (open) return open;
    const interaction = {
      id: this.newId(),
      threadId,
      ContactId: contact.id,
      OpenchannelAccountId: account.id,
      closed: false,
    };
    this.interactions.push(interaction);
    return interaction;
  }

  addMessage(
    interaction: HostInteraction,
    direction: 'in' | 'out',
    body: string,
    attachmentId: number | null,
  ): HostMessage {
    const message: HostMessage = {
      id: this.newId(),
      direction,
      body,
      AttachmentId: attachmentId,
      ContactId: interaction.ContactId,
      OpenchannelAccountId: interaction.OpenchannelAccountId,
      OpenchannelInteractionId: interaction.id,
      createdAt: new Date(this.now()).toISOString(),
    };
    this.messages.push(message);
    return message;
  }
}

/** Why a notify call is refused, or undefined when it is good. */
export function refuseNotification(
  state: HostState,
  account: HostAccount,
  body: Record<string, unknown>,
): string | undefined {
  const { from, body: text, mapKey, AttachmentId } = body;
  if (typeof from !== 'string' || from === '') return 'from is required';
  if (typeof text !== 'string' || text === '') return 'body is required';
  if (mapKey !== account.mapKey) return 'mapKey does not fit the account';
  if (AttachmentId === undefined || AttachmentId === null) return undefined;
  return state.attachments.some(({ id }) => id === AttachmentId) ? undefined : 'AttachmentId is unknown';
}

/** The contact fields of a notify call. */
export function contactFields({ body }: Request): Record<string, string> {
  const known = /^(?:firstName|lastName|phone|mobile|email|twitter|facebook|url|cf_\d+)$/;
  return Object.fromEntries(
    Object.entries(body as Record<string, unknown>).filter(
      (entry): entry is [string, string] => known.test(entry[0]) && typeof entry[1] === 'string',
    ),
  );
}
