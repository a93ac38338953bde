import type { AccountFacts } from '../../core/accountFacts';

/** X's OpenAPI document takes a segment of an upload as multipart or as JSON with base64; its local emulator takes JSON alone. */
export type SegmentFormName = 'multipart' | 'json';

const fact = "the form X's uploads take";

/** In which form X takes the segments of an account's uploads: multipart is tried first, and what works is remembered. */
export class SegmentForm {
  private known: SegmentFormName | undefined;

  constructor(
    private readonly account: string,
    private readonly facts: AccountFacts,
  ) {
    const saved = facts.read(account, fact);
    this.known = saved === 'multipart' || saved === 'json' ? saved : undefined;
  }

  /** The forms to try, the likeliest first. */
  candidates(): SegmentFormName[] {
    return this.known === undefined ? ['multipart', 'json'] : [this.known];
  }

  /** X has taken a segment in this form. */
  worked(form: SegmentFormName): void {
    if (this.known === form) return;
    this.known = form;
    this.facts.save(this.account, fact, form);
  }

  /** X takes this form no longer (415), which the next segment finds out about. */
  forget(): void {
    this.known = undefined;
  }
}
