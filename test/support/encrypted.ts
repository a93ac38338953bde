import type { HostInteraction } from '../simulators/host/state';
import type { ChatConversation, ChatEvent } from '../simulators/x/chat/chatWorld';
import type { ChatPerson } from '../simulators/x/chat/chatPerson';
import { Rig, brandId, customer, type RigOptions } from './rig';

/** A rig whose brand takes part in encrypted chat, and a customer who writes there. */
export class EncryptedRig {
  private constructor(
    readonly rig: Rig,
    readonly jane: ChatPerson,
  ) {}

  static async start(options: RigOptions = {}): Promise<EncryptedRig> {
    const rig = await Rig.start({ delivery: 'activity', chatKeys: true, ...options });
    await rig.supplied();
    return new EncryptedRig(rig, await rig.x.chatPerson(customer.id));
  }

  get bodies(): string[] {
    return this.rig.received.map(({ body }) => body);
  }

  get conversation(): ChatConversation {
    return this.rig.x.chat.conversation(customer.id, brandId);
  }

  /** The last interaction with a customer. */
  get interaction(): HostInteraction {
    return this.rig.host.state.interactions.at(-1)!;
  }

  /** The agent answers in the last interaction. */
  answers(body: string, file?: Parameters<Rig['host']['agentWrites']>[2]) {
    return this.rig.host.agentWrites(this.interaction, body, file);
  }

  /** Whether an event is still kept, closed as it came. */
  async keeps({ encoded }: ChatEvent): Promise<boolean> {
    const { inbox } = this.rig.store;
    const rows = await Promise.all(Array.from({ length: 50 }, (_, seq) => inbox.get(seq)));
    return rows.some((row) => row?.message.closed?.event === encoded);
  }

  /** Something happens on X of which nobody is told. */
  async unheard<T>(happens: () => Promise<T>): Promise<T> {
    const { chat } = this.rig.x;
    const { onEvent } = chat;
    chat.onEvent = () => Promise.resolve();
    try {
      return await happens();
    } finally {
      chat.onEvent = onEvent;
    }
  }

  /** Delivers a message of the customer that was changed on its way. */
  async forge(change: (event: ChatEvent) => Partial<ChatEvent>): Promise<void> {
    const event = await this.unheard(() => this.jane.say(brandId, 'genuine'));
    this.conversation.events.pop();
    await this.rig.x.chat.deliver({ ...event, ...change(event) }, this.conversation);
  }
}

/** The same bytes but for one of them, counted from the end of a text in them. */
export function damage(encoded: string, after: string, at: number): string {
  const bytes = Buffer.from(encoded, 'base64');
  const place = bytes.indexOf(after) + after.length + at;
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes.toString('base64');
}
