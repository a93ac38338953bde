import { pause, type Clock } from '../../core/clock';
import { BridgeError } from '../../core/errors';
import type { WebhookApi } from './webhookApi';

/** Where X answers before it has called, its call is waited for so long. Milliseconds. */
const callMayTakeMs = 10_000;

/** What a look at the webhook has shown. */
export type Reach =
  /** X has just called this plugin, and had the right answer. */
  | { outcome: 'reached' }
  /** X cannot call it, or says that its answer was wrong. */
  | { outcome: 'unreached'; error: BridgeError }
  /** X could not be asked. */
  | { outcome: 'unknown'; error: BridgeError };

/**
 * Finds out whether X can reach the webhook, free of charge: X calls it with a challenge whenever it is asked to validate it
 * (X docs: webhooks). By those pages a webhook stays valid for hours of time-outs, so X's answer alone is no proof: the
 * challenge has to arrive here as well.
 */
export class ReachCheck {
  private challengedAt = -Infinity;
  private askedAt = -Infinity;
  /** How many times in a row X has called soon after it was asked. */
  private callsAfterAsking = 0;
  /** X was seen to call when it was asked to. */
  private callsWhenAsked = false;
  private arrived: () => void = () => {};

  constructor(
    private readonly api: Pick<WebhookApi, 'validate'>,
    private readonly clock: Clock,
  ) {}

  /** A challenge of X has arrived here and was answered. */
  onChallenge(): void {
    const now = this.clock.now();
    const isFirstSinceAsked = this.challengedAt < this.askedAt;
    // It may answer before it calls. Once may be chance, since it calls about hourly by itself.
    if (isFirstSinceAsked && now - this.askedAt <= callMayTakeMs) this.callsAfterAsking += 1;
    if (this.callsAfterAsking >= 2) this.callsWhenAsked = true;
    this.challengedAt = now;
    this.arrived();
  }

  async ask(webhookId: string, signal: AbortSignal): Promise<Reach> {
    const askedAt = this.clock.now();
    if (this.challengedAt < this.askedAt) this.callsAfterAsking = 0;
    this.askedAt = askedAt;
    try {
      if (!(await this.api.validate(webhookId))) return { outcome: 'unreached', error: failed() };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { outcome: isAboutTheAddress(error) ? 'unreached' : 'unknown', error };
    }
    if (this.challengedAt < askedAt && this.callsWhenAsked) await this.challengeOrTime(signal);
    if (this.challengedAt >= askedAt) this.callsWhenAsked = true;
    else if (this.callsWhenAsked) return { outcome: 'unreached', error: failed() };
    return { outcome: 'reached' };
  }

  private async challengeOrTime(signal: AbortSignal): Promise<void> {
    const arrival = new AbortController();
    this.arrived = () => arrival.abort();
    await pause(this.clock, callMayTakeMs, AbortSignal.any([arrival.signal, signal]));
    this.arrived = () => {};
  }
}

/** X has looked, and does not like what it found. */
function isAboutTheAddress({ code, problem, message }: BridgeError): boolean {
  return code === 'refused-by-x' && (problem === 'CrcValidationFailed' || /\bCRC\b|challenge/i.test(message));
}

function failed(): BridgeError {
  return new BridgeError(
    'refused-by-x',
    "X's challenge did not reach this plugin, or its answer did not reach X",
    {
      problem: 'CrcValidationFailed',
    },
  );
}
