import { z } from 'zod';
import type { Documents } from '../core/documents';
import type { Session } from './sessions';

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

/** Where the sessions are kept for whichever process leads next: encrypted, by the hash of their tokens. */
export class SessionShelf {
  private saving = Promise.resolve();
  /** What is written, or was to be written last. */
  private isBehind = false;
  private writes = 0;

  constructor(private readonly documents: Documents) {}

  /** @returns undefined where it cannot be told, or what is in memory is newer */
  async read(): Promise<Map<string, KeptSession> | undefined> {
    const { writes } = this;
    const content = await this.documents.get(document).catch(() => undefined);
    if (content === undefined || this.isBehind || this.writes !== writes) return undefined;
    return new Map(
      Object.entries(content === '' ? {} : z.record(z.string(), kept).parse(JSON.parse(content))),
    );
  }

  /** Writes all of them down, one write after the other. Never rejects: what could not be written is written with the next change. */
  write(sessions: ReadonlyMap<string, Session>): Promise<void> {
    const content = JSON.stringify(
      Object.fromEntries([...sessions].map(([key, session]) => [key, toKeep(session)])),
    );
    const number = (this.writes += 1);
    this.isBehind = true;
    this.saving = this.saving
      .then(() => this.documents.put(document, content))
      .then(
        () => {
          if (this.writes === number) this.isBehind = false;
        },
        () => undefined,
      );
    return this.saving;
  }
}

function toKeep({ user, csrf, startedAt, usedAt, stillAllowed }: Session): KeptSession {
  return { user, csrf, startedAt, usedAt, isOfHost: stillAllowed !== undefined };
}
