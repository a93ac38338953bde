import { BridgeError, reasonOf } from '../../core/errors';
import type { ReplayStatus } from '../../core/inbound/events';
import { ChatPoll } from './chatPoll';
import { Cursors } from './cursors';
import { deliveryKind, isDelivery, type Delivery } from './index';
import { DowntimeTracker } from './downtimeTracker';
import type { Receiver, ReceiverPorts, IngestionState } from './receiver';

/** The way of delivery that has last set itself up with X. */
const fact = 'delivery set up';

/** An account's delivery of events, by one way or, while moving from one to another, by several at once. */
export class EventIngestion {
  /** None until the start: an account that is switched off must not so much as note that it lives. */
  private receivers: Receiver[] = [];
  private chat: ChatPoll | undefined;
  private stopped = false;
  private starting: Promise<void> = Promise.resolve();

  private readonly ports: ReceiverPorts;

  constructor(
    private readonly deliveries: Delivery[],
    ports: Omit<ReceiverPorts, 'readChats'>,
  ) {
    this.ports = { ...ports, readChats: () => void this.chat?.poll() };
  }

  /** Starts receiving, after what an earlier way of delivery left with X was taken away. */
  start(): void {
    this.receivers = this.deliveries.map((delivery) => this.create(delivery));
    const { account, facts } = this.ports;
    if (account.wants.chat) this.chat = new ChatPoll(this.chatIsPushed() ? 'quarter' : 'minute', this.ports);
    else new Cursors(account.name, facts).forget('chat');
    this.starting = this.teardownFormer(this.deliveries).then(() => {
      if (this.stopped) return;
      for (const receiver of this.receivers) receiver.start();
      this.chat?.start();
    });
  }

  /**
   * The account is switched off: X is to deliver nothing, and how far the account was read is forgotten, so that,
   * switched on again, it begins with what is written from then on.
   */
  deactivate(): void {
    this.starting = this.teardownFormer([]);
  }

  /** Resolves when what was left with X is taken down, or could not be. */
  settled(): Promise<void> {
    return this.starting;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.starting;
    await Promise.all([...this.receivers.map((receiver) => receiver.stop()), this.chat?.stop()]);
  }

  private create(delivery: Delivery): Receiver {
    return deliveryKind(delivery).create({ ...this.ports, account: { ...this.ports.account, delivery } });
  }

  private chatIsPushed(): boolean {
    return this.deliveries.some((delivery) => deliveryKind(delivery).pushesChat);
  }

  /** The worst of the receivers' states. */
  state(): IngestionState {
    const states = this.receivers.map((receiver) => receiver.state());
    const worst = (['trouble', 'starting'] as const)
      .map((state) => states.find((each) => each.state === state))
      .find((each) => each !== undefined);
    return worst ?? { state: 'ok' };
  }

  onReplay(status: ReplayStatus): void {
    for (const receiver of this.receivers) receiver.onReplay(status);
  }

  onPost(authorId: string): void {
    for (const receiver of this.receivers) receiver.onPost(authorId);
  }

  onChallenge(): void {
    for (const receiver of this.receivers) receiver.onChallenge();
  }

  onPushed(): void {
    for (const receiver of this.receivers) receiver.onPushed();
  }

  onRefused(): void {
    for (const receiver of this.receivers) receiver.onRefused();
  }

  onRevoked(): void {
    for (const receiver of this.receivers) receiver.onRevoked();
  }

  /** Takes down what a way of delivery that is no longer used has set up with X. Never throws. */
  private async teardownFormer(used: Delivery[]): Promise<void> {
    const { account, facts, log } = this.ports;
    try {
      if (used.length === 0) this.forget();
      const former = facts.read(account.name, fact);
      if (former !== undefined && isDelivery(former) && !used.includes(former)) {
        await this.teardown(former);
        facts.forget(account.name, fact);
      }
      const [current] = used;
      if (current !== undefined && former !== current) facts.save(account.name, fact, current);
    } catch (error) {
      log.warn('what the former delivery set up with X could not be removed; tried again at the next start', {
        account: account.name,
        reason: reasonOf(error),
      });
    }
  }

  private forget(): void {
    const { account, facts } = this.ports;
    new DowntimeTracker(account.name, facts).reset();
    const cursors = new Cursors(account.name, facts);
    cursors.forget('messages');
    cursors.forget('mentions');
    cursors.forget('chat');
  }

  /** @throws BridgeError when it has to be tried again */
  private async teardown(former: Delivery): Promise<void> {
    const { account, log } = this.ports;
    try {
      await this.create(former).teardown();
      log.info('the former delivery was taken down', { account: account.name, former });
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      // What the app has no access to, it has nothing set up in.
      log.info('the former delivery is left as it is', {
        account: account.name,
        former,
        reason: reasonOf(error),
      });
    }
  }
}
