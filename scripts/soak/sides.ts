import { HostSimulator } from '../../test/simulators/host';
import { XSimulator } from '../../test/simulators/x';

const brandId = '900000000000000001';
const customers = Array.from({ length: 50 }, (_, index) => ({
  id: String(1_700_000_000_000_000_000n + BigInt(index)),
  username: `customer_${index}`,
  name: `Customer ${index}`,
}));

/** X takes and shows as many Direct Messages as there are: windows that close are not what is tried here. */
const wide = { calls: 1_000_000, seconds: 900 };
const limits = {
  'POST /2/dm_conversations/with/{participant_id}/messages': wide,
  'GET /2/dm_conversations/with/{participant_id}/dm_events': wide,
};

/** The simulators of X and of XCALLY Motion, with customers and agents who write. */
export class SoakSides {
  onMessage: (words: string) => void = () => {};
  private isHostDown = false;

  private constructor(
    private readonly x: XSimulator,
    private readonly host: HostSimulator,
    /** What the plugin's configuration holds of the two. */
    readonly settings: object,
  ) {
    host.onMessage = () => this.onMessage(this.fromCustomers.at(-1)?.body ?? '');
  }

  static async start(): Promise<SoakSides> {
    const x = await XSimulator.start({ limits });
    const host = await HostSimulator.start();
    const { oauth2, ...keys } = x.addBrand(brandId, 'brand', 'Brand');
    for (const each of customers) x.world.addUser(each);
    const { id } = host.addAccount();
    const { username, password } = host.options;
    return new SoakSides(x, host, {
      host: { baseUrl: host.url, username, password },
      x: { apiBaseUrl: x.url },
      accounts: [{ name: 'soak', ...keys, oauth2, openChannelAccountId: id }],
    });
  }

  get consumerSecret(): string {
    return this.x.app.consumerSecret;
  }

  /** Where the plugin listens, and the token of its Reply URL. */
  connect(pluginUrl: string, replyToken: string): void {
    for (const account of this.host.state.accounts)
      account.replyUrl = `${pluginUrl}/api/reply?token=${replyToken}`;
  }

  /** XCALLY Motion is down, or up again. */
  setHostDown(isDown: boolean): void {
    if (isDown === this.isHostDown) return;
    this.isHostDown = isDown;
    this.host.faults.clear();
    if (isDown) this.host.faults.add({ when: /./, status: 503, times: Infinity });
  }

  /** Each side refuses its next call. */
  refuseNext(): void {
    const refused = { when: /./, status: 503, body: { message: 'not now' } };
    this.x.faults.add(refused);
    if (!this.isHostDown) this.host.faults.add(refused);
  }

  /** @throws Error when the webhook does not take it */
  async customerWrites(pluginUrl: string, text: string, number: number): Promise<void> {
    const message = this.x.world.addMessage(customerOf(number).id, brandId, text);
    const envelope = this.x.envelope('activity', brandId, message);
    const status = await this.x.webhooks.deliver(`${pluginUrl}/api/messages`, envelope);
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  }

  /** @returns false where there is no interaction yet to reply in */
  async agentWrites(text: string, number: number): Promise<boolean> {
    const { contacts, interactions } = this.host.state;
    const contact = contacts.find(({ fields }) => fields['twitter'] === customerOf(number).username);
    const interaction = interactions.find(({ ContactId }) => ContactId === contact?.id);
    if (!interaction) return false;
    await this.host.agentWrites(interaction, text);
    return true;
  }

  /** How often each text came to XCALLY Motion. */
  atHost(): Map<string, number> {
    return counted(this.fromCustomers.map(({ body }) => body));
  }

  /** How often each text came to X. What had to wait may have gone out joined. */
  atX(): Map<string, number> {
    const sent = this.x.world.messages.filter(({ senderId }) => senderId === brandId);
    return counted(sent.flatMap(({ text }) => text.split('\n\n')));
  }

  async close(): Promise<void> {
    await this.x.close();
    await this.host.close();
  }

  private get fromCustomers() {
    return this.host.state.messages.filter(({ direction }) => direction === 'in');
  }
}

const customerOf = (number: number) => customers[number % customers.length] ?? { id: '', username: '' };

function counted(texts: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
