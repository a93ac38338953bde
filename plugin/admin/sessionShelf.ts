import { z } from 'zod';
import type { Clock } from '../core/clock';
import type { Documents } from '../core/documents';

/** What the next leader has to know of a session. */
const kept = z.object({
  user: z.string(),
  csrf: z.string(),
  startedAt: z.number(),
  usedAt: z.number(),
  /** Whose rights the host has to confirm, for which their password is needed: it is written down nowhere. */
  isOfHost: z.boolean(),
});
export type KeptSession = z.infer<typeof kept>;

const document = 'panel-sessions';

/** What could not be written is tried again so soon, in milliseconds. */
const writeAgainMs = 1_000;

/** Where the sessions are kept for whichever process leads next: encrypted, by the hash of their tokens. */
export class SessionShelf {
  private latest = '';
  private writing = Promise.resolve();

  constructor(
    private readonly documents: Documents,
    private readonly clock: Clock,
  ) {}

  /** What the leader before has left. @throws BridgeError `store-unavailable` */
  async read(): Promise<Map<string, KeptSession>> {
    const content = await this.documents.get(document);
    return new Map(
      Object.entries(content === '' ? {} : z.record(z.string(), kept).parse(JSON.parse(content))),
    );
  }

  /** Writes all of them down, one write after the other. Never rejects: what cannot be written now is tried again. */
  write(sessions: ReadonlyMap<string, KeptSession>): Promise<void> {
    const content = JSON.stringify(Object.fromEntries(sessions));
    this.latest = content;
    return this.soon(content);
  }

  private soon(content: string): Promise<void> {
    this.writing = this.writing.then(() => this.put(content));
    return this.writing;
  }

  private async put(content: string): Promise<void> {
    if (content !== this.latest) return;
    try {
      await this.documents.putAsLeader(document, content);
    } catch {
      this.clock.after(writeAgainMs, () => void this.soon(content));
    }
  }
}
