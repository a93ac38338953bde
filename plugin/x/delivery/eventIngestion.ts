import { BridgeError, reasonOf } from '../../core/errors';
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
    const isPushed = this.deliveries.some((delivery) => deliveryKind(delivery).pushesChat);
    if (account.wants.chat) this.chat = new ChatPoll(isPushed ? 'quarter' : 'minute', this.ports);
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

  /** The worst of the receivers' states. */
  state(): IngestionState {
    const states = this.receivers.map((receiver) => receiver.state());
    const worst = (wanted: string) => states.find(({ state }) => state === wanted);
    return worst('trouble') ?? worst('starting') ?? { state: 'ok' };
  }

  /** Has every way of delivery hear of something. */
  tell(hear: (receiver: Receiver) => void): void {
    for (const receiver of this.receivers) hear(receiver);
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
        reason: reasonOf(error),
      });
    }
  }

  private forget(): void {
    const { account, facts } = this.ports;
    new DowntimeTracker(account.name, facts).reset();
    const cursors = new Cursors(account.name, facts);
    for (const of of ['messages', 'mentions', 'chat'] as const) cursors.forget(of);
  }

  /** @throws BridgeError when it has to be tried again */
  private async teardown(former: Delivery): Promise<void> {
    const { log } = this.ports;
    try {
      await this.create(former).teardown?.();
      log.info('the former delivery was taken down', { former });
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retryable) throw error;
      // What the app has no access to, it has nothing set up in.
      log.info('the former delivery is left as it is', { former, reason: reasonOf(error) });
    }
  }
}
