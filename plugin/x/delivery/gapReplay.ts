import { BridgeError, reasonOf } from '../../core/errors';
import type { ReplayStatus } from '../../core/inbound/events';
import { replayReach, replayRest, startReplay } from './replay';
import { tryReadGap } from './gapFiller';
import type { DowntimeTracker } from './downtimeTracker';
import type { ReceiverPorts } from './receiver';
import { isoTime } from '../../core/isoTime';

/** A job that X has not finished by then is given up. Milliseconds. */
const maxJob = 60 * 60_000;

/** Pause before asking again when X runs another job, or is out of reach. Milliseconds. */
const retryPause = 5 * 60_000;

const maxJobs = 2;

interface Job {
  id: string;
  from: number;
  giveUpAt: number;
  /** The gaps that were open when it began. */
  opened: number;
}

/**
 * Fills a gap of a webhook: X replays what lies far enough back, the rest is read back at once, because
 * customers are waiting. Where X does not replay, everything is read back.
 */
export class GapReplay {
  private job: Job | undefined;
  private filling: Promise<void> | undefined;
  /** Asked for while another step was under way, which may not know of the newest gap. */
  private again: Promise<void> | undefined;
  private tries = 0;
  private notBefore = 0;
  /** When the newest gap was first seen here: from then on X reaches the webhook, or the gap is opened again. */
  private seen = { gaps: -1, at: 0 };

  constructor(
    private readonly ports: ReceiverPorts,
    private readonly downtime: DowntimeTracker,
    private readonly signal: AbortSignal,
  ) {}

  /** Goes on with filling the gap, if there is one; called again and again until it is closed. Never throws. */
  fill(webhookId: string | undefined): Promise<void> {
    if (!this.filling) return this.next(() => this.goOn(webhookId));
    this.again ??= this.filling.then(() => {
      this.again = undefined;
      return this.fill(webhookId);
    });
    return this.again;
  }

  /** A replay job has ended. Never throws. */
  onReplay(status: ReplayStatus): Promise<void> {
    return this.next(() => this.afterJob(status));
  }

  /** One step after the other: what a replay has left open must not be asked for twice. */
  private next(work: () => Promise<void>): Promise<void> {
    const step = (this.filling ?? Promise.resolve()).then(work).catch((error: unknown) => {
      const { log } = this.ports;
      log.error('filling a gap failed; it goes on later', { reason: reasonOf(error) });
    });
    this.filling = step.finally(() => {
      if (this.filling === settled) this.filling = undefined;
    });
    const settled = this.filling;
    return settled;
  }

  private async goOn(webhookId: string | undefined): Promise<void> {
    const { clock } = this.ports;
    const from = this.downtime.gapFrom();
    if (from === undefined || clock.now() < this.notBefore || this.signal.aborted) return;
    const gaps = this.downtime.gapsOpened();
    if (this.seen.gaps !== gaps) this.seen = { gaps, at: clock.now() };
    if (this.job) {
      if (clock.now() < this.job.giveUpAt) return;
      await this.readInstead(from, 'X has not finished the replay');
      return;
    }
    const settled = clock.now() - replayRest;
    const far = clock.now() - from > replayReach - 60_000;
    const replayable = far ? undefined : webhookId;
    if (replayable === undefined || !this.downtime.gapWasTried() || from >= settled)
      await this.readAll(from, replayable);
    else await this.replay(replayable, from, settled);
  }

  private async afterJob({ jobId, complete }: ReplayStatus): Promise<void> {
    const { job } = this;
    if (job?.id !== jobId) return;
    const { log } = this.ports;
    this.job = undefined;
    if (complete) {
      log.info('X has replayed what was missed', { jobId });
      this.close(job.opened);
    } else if (this.tries < maxJobs) log.warn('X could not replay everything; asking again', { jobId });
    else await this.readInstead(job.from, 'X could not replay everything');
  }

  private async replay(webhookId: string, from: number, to: number): Promise<void> {
    const { clock } = this.ports;
    const opened = this.downtime.gapsOpened();
    // The newest part cannot be replayed yet. Overlaps by a minute, the grain of a replay.
    const newest = this.tries > 0 ? 'done' : await tryReadGap(to - 60_000, this.ports, this.signal);
    if (newest === 'later') this.notBefore = clock.now() + retryPause;
    else if (newest === 'done') await this.startJob(webhookId, from, to, opened);
    else await this.replayAll(webhookId, from, opened);
  }

  /** Where nothing can be read: the replay waits until X can replay all of it. */
  private async replayAll(webhookId: string, from: number, opened: number): Promise<void> {
    const { clock } = this.ports;
    const until = this.seen.at;
    const ready = until + replayRest + 60_000;
    if (clock.now() < ready) this.notBefore = ready;
    // A replay leaves its last minute out.
    else await this.startJob(webhookId, from, until + 60_000, opened);
  }

  private async startJob(webhookId: string, from: number, to: number, opened: number): Promise<void> {
    const { client, clock, log } = this.ports;
    try {
      const id = await startReplay(client, webhookId, from, to);
      this.tries += 1;
      this.job = { id, from, giveUpAt: clock.now() + maxJob, opened };
      const since = isoTime(from);
      log.info('X replays what was missed', { since, jobId: id });
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const wait = error.retryable || error.problem === 'ReplayConflictError';
      if (wait) this.notBefore = clock.now() + Math.max(retryPause, clock.msUntilLocal(error.retryAt ?? 0));
      else await this.readInstead(from, reasonOf(error));
    }
  }

  private async readInstead(from: number, reason: string): Promise<void> {
    const { log } = this.ports;
    log.warn('no replay from X; reading back instead', { reason });
    this.job = undefined;
    await this.readAll(from);
  }

  /** @param webhookId where X may replay instead of what it does not let be read */
  private async readAll(from: number, webhookId?: string): Promise<void> {
    const { clock } = this.ports;
    const opened = this.downtime.gapsOpened();
    const outcome = await tryReadGap(from, this.ports, this.signal);
    if (outcome === 'later') this.notBefore = clock.now() + retryPause;
    else if (outcome === 'done' || webhookId === undefined) this.close(opened);
    else await this.replayAll(webhookId, from, opened);
  }

  private close(opened: number): void {
    this.downtime.closeGap(opened);
    this.job = undefined;
    this.tries = 0;
    this.notBefore = 0;
  }
}
