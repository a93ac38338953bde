import type { Cluster, ClusterHandlers, ClusterNode, Signal } from '../../core/cluster';
import { BridgeError, reasonOf } from '../../core/errors';
import { OneAtATime } from '../../core/oneAtATime';
import type { Log } from '../../core/ports';
import { spread } from '../../core/spread';
import { say } from '../../texts/text';
import { HeldAccounts } from './heldAccounts';
import { leadership, nodeLifeMs, type LeaseRow, type Leases, type NodeRow } from './leases';
import { Questions, type TextBox } from './questions';
import { hold, scopes, type Scope } from './scope';
import { NewsListener } from './newsListener';
import type { Signals } from './signals';
import type { Queryable } from './postgresSql';

const beatEveryMs = 1_000;
/** How soon what others tell is read where nothing says that there is some. Milliseconds. */
const listenEveryMs = 250;
/** What others learn of their accounts is read again at each of so many beats. */
const refreshEvery = 5;
/** A longer gap between two beats counts as an outage of this process's own. Milliseconds. */
const steadyMs = 3_000;

export interface PostgresClusterOptions {
  url: string;
  leases: Leases;
  signals: Signals;
  box: TextBox;
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  now: () => number;
  /** Reads again what is known of accounts, since another process may have learnt something. */
  refreshFacts: (isMeant: (account: string) => boolean) => Promise<void>;
  /** Whether the schema is too new for this version by now. */
  isTooOld: () => Promise<boolean>;
  /** Others took this process for ended, and have its work: it must end. */
  onLost: () => void;
}

/** The processes that share a PostgreSQL database, as one of them. */
export class PostgresCluster implements Cluster {
  readonly isShared = true;
  private readonly held: HeldAccounts;
  private readonly questions: Questions;
  private names: string[] = [];
  private handlers: ClusterHandlers | undefined;
  private view: { nodes: NodeRow[]; leases: Map<string, string | undefined> } = {
    nodes: [],
    leases: new Map(),
  };
  private readonly listener: NewsListener;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly renew = this.again(() => this.renewOnce());
  private readonly beat = this.again(() => this.beatOnce());
  private readonly listen = this.again(() => this.listenOnce());
  private readonly tidyUp = this.again(async () => {
    if (this.leads()) await this.options.signals.forgetOld();
  });
  private beats = 0;
  /** Why it could not do its part, since it last could. */
  private readonly told = new Set<string>();
  /** By the machine's steady clock. */
  private renewedAt = -Infinity;
  /** Since when this process has reached the database without a gap. */
  private steadySince = Infinity;
  private isLost = false;

  constructor(private readonly options: PostgresClusterOptions) {
    const { signals, leases, box } = options;
    this.held = new HeldAccounts({ ...options, handlers: () => this.handlers });
    this.questions = new Questions({ signals, self: leases.self, box });
    this.listener = new NewsListener(options.url, (isLease) => {
      void this.listen.run();
      if (isLease) void this.beat.run();
    });
  }

  async join(handlers: ClusterHandlers, name: string, version: string): Promise<void> {
    const { leases } = this.options;
    this.handlers = handlers;
    await leases.add([leadership]);
    await leases.join(name, version);
    this.renewedAt = this.steadySince = performance.now();
    this.every(beatEveryMs, this.renew);
    this.every(beatEveryMs, this.beat);
    this.every(listenEveryMs, this.listen);
    this.every(60_000, this.tidyUp);
    this.listener.open();
    await this.renew.run();
    await this.beat.run();
  }

  async share(accounts: string[]): Promise<void> {
    this.names = accounts;
    await this.options.leases.add(accounts);
    // Not waited for: it may be what this is part of.
    if (this.handlers) void this.beat.run();
  }

  handles(account: string): boolean {
    return this.held.handles(account);
  }

  leads(): boolean {
    return this.handles(leadership);
  }

  within<T>(account: string, work: () => T): T {
    return scopes.run(this.held.scopeOf(account), work);
  }

  /** What a transaction has to hold, and to check. @throws LeaseLost; BridgeError `store-unavailable` */
  hold(wanted: Scope[], transaction: Queryable): Promise<void> {
    return hold(wanted, this.options.leases.self, transaction);
  }

  async mayCall(account: string): Promise<boolean> {
    return !this.isLost && (await this.held.mayCall(account));
  }

  leftCallsEndAt(account: string): number {
    return this.held.leftCallsEndAt(account);
  }

  signal(account: string, signal: Signal): void {
    this.options.signals.tell(account, signal, signal.kind === 'refused');
  }

  async ask(whom: { account: string } | 'leader', question: unknown, maxWaitMs?: number): Promise<unknown> {
    const owner = this.view.leases.get(whom === 'leader' ? leadership : whom.account);
    if (owner === undefined)
      throw new BridgeError('store-unavailable', say('cluster.nobody'), { retryable: true });
    return this.questions.ask(owner, question, maxWaitMs);
  }

  standingOf(account: string): unknown {
    const owner = this.view.leases.get(account);
    return this.view.nodes.find(({ id }) => id === owner)?.standing[account];
  }

  nodes(): ClusterNode[] {
    const { self } = this.options.leases;
    const { nodes, leases } = this.view;
    const has = (id: string) => [...leases].filter(([, owner]) => owner === id).map(([name]) => name);
    return nodes.map(({ id, name, version, startedAt, seenAt }) => ({
      name,
      version,
      startedAt,
      seenAt,
      accounts: has(id).filter((account) => account !== leadership),
      isLeader: leases.get(leadership) === id,
      isSelf: id === self,
    }));
  }

  retire(): void {
    this.held.end();
  }

  async leave(isUnfinished = false): Promise<void> {
    this.retire();
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all([this.beat.settled(), this.listen.settled()]);
    if (this.handlers && !this.isLost) {
      const { leases, signals } = this.options;
      await leases.leave(isUnfinished ? this.held.names() : this.held.withLeftCalls()).catch(() => undefined);
      await signals.hint().catch(() => undefined);
    }
    await this.listener.close();
  }

  /** Says that this process lives: apart from all else, so that nothing keeps it from that. */
  private async renewOnce(): Promise<void> {
    if (!(await this.options.leases.renew(this.handlers?.standing() ?? {}, this.names))) {
      this.lost();
      return;
    }
    const now = performance.now();
    if (now - this.renewedAt > steadyMs) this.steadySince = now;
    this.renewedAt = now;
  }

  /** Sees to this process's part of the work. */
  private async beatOnce(): Promise<void> {
    const { signals, refreshFacts } = this.options;
    signals.sendSoon();
    const view = await this.look();
    this.questions.giveUp(view.nodes.map(({ id }) => id));
    if (view.nodes.some(({ isOver }) => isOver)) await this.endSilent();
    this.beats += 1;
    if (this.beats % refreshEvery === 0) {
      if (await this.options.isTooOld()) {
        this.end(
          'a newer version has changed the database in a way that this one cannot work with: install it here too',
        );
        return;
      }
      await refreshFacts((account) => !this.held.has(account));
    }
    try {
      await this.handlers?.onBeat();
    } finally {
      await this.rebalance(view);
    }
    this.told.clear();
  }

  /** After an outage of the database all are silent, and each of them may be back in a moment. */
  private async endSilent(): Promise<void> {
    const now = performance.now();
    if (now - this.renewedAt > steadyMs || now - this.steadySince < nodeLifeMs) return;
    const { leases, log } = this.options;
    for (const name of await leases.endSilent())
      log.error(
        'a process that shares the database has ended, or cannot reach it; others take over its accounts',
        { name },
      );
  }

  private again(work: () => Promise<void>): OneAtATime {
    return new OneAtATime(work, (error) => {
      const reason = reasonOf(error);
      if (this.told.has(reason)) return;
      this.told.add(reason);
      this.options.log.error('this process cannot do its part among the others; it will be tried again', {
        reason,
      });
    });
  }

  private async look(): Promise<PostgresCluster['view']> {
    const { leases } = this.options;
    const [nodes, rows] = [await leases.nodes(), await leases.all()];
    this.view = { nodes, leases: new Map(rows.map(({ name, owner }: LeaseRow) => [name, owner])) };
    return this.view;
  }

  private async rebalance({ nodes, leases }: PostgresCluster['view']): Promise<void> {
    const { self } = this.options.leases;
    const living = nodes.filter(({ isOver }) => !isOver);
    const ids = living.map(({ id }) => id);
    const owners = new Map([...leases].filter((entry): entry is [string, string] => entry[1] !== undefined));
    const known = new Map(living.map(({ id, accounts }) => [id, new Set([leadership, ...accounts])]));
    const names = [...new Set([...known.values()].flatMap((each) => [...each]))];
    const knows = (id: string, name: string) => known.get(id)?.has(name) === true;
    for (const name of this.held.names()) if (owners.get(name) !== self) this.lost();
    // After an outage this process may be the last to be back, and gives nothing away for that.
    if (!ids.includes(self)) return;
    const wanted = spread(names, ids, owners, knows);
    for (const name of this.held.names()) if (wanted.get(name) !== self) void this.release(name);
    for (const name of names) {
      if (this.held.has(name)) continue;
      const owner = owners.get(name);
      if (owner === self) await this.held.takeAgain(name);
      else if (wanted.get(name) === self && (owner === undefined || !ids.includes(owner)))
        await this.held.take(name, owner);
    }
  }

  private async release(name: string): Promise<void> {
    await this.held.release(name);
    if (!this.held.has(name)) await this.options.signals.hint().catch(() => undefined);
  }

  /** Takes what was told to this process, or of an account that it works. */
  private async listenOnce(): Promise<void> {
    const { signals, leases } = this.options;
    const mine = this.held.names().filter((name) => this.handles(name));
    const rows = await signals.of([leases.self, ...mine]);
    const heard: string[] = [];
    for (const { id, target, body } of rows) {
      // Given away meanwhile: it is the next process's to hear.
      if (target !== leases.self && !this.handles(target)) continue;
      heard.push(id);
      if (target === leases.self) void this.hear(body);
      else await this.within(target, () => this.onSignal(target, body as Signal));
    }
    await signals.done(heard);
  }

  private async onSignal(account: string, signal: Signal): Promise<void> {
    await this.handlers?.onSignal(account, signal);
  }

  private async hear(body: unknown): Promise<void> {
    const answer = (question: unknown) => this.handlers?.onQuestion(question) ?? Promise.resolve(undefined);
    await this.questions.hear(body, answer).catch((error: unknown) => {
      this.options.log.warn('what another process asked could not be answered', { reason: reasonOf(error) });
    });
  }

  private lost(): void {
    this.end('other processes took this one for ended and have its accounts now: it ends, to begin anew');
  }

  private end(why: string): void {
    if (this.isLost) return;
    this.isLost = true;
    const { log, onLost } = this.options;
    log.error(why);
    onLost();
  }

  private every(ms: number, work: OneAtATime): void {
    const timer = setInterval(() => void work.run(), ms);
    timer.unref();
    this.timers.push(timer);
  }
}
