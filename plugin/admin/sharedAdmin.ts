import { z } from 'zod';
import type { Cluster } from '../core/cluster';
import type { XIdentity } from '../panel/api';
import { BridgeError } from '../core/errors';
import { languageNames, type Language } from '../texts/languages';
import { say, speakIn, spokenLanguage } from '../texts/text';
import { isMethod, type Admin, type AdminAnswer } from './admin';
import { outcomeOf, valueOf } from './remote';

/** What whoever asks reads. */
const language = z.enum(Object.keys(languageNames) as [Language, ...Language[]]).default('en');

/** What a process asks of another one about the panel; calls come from here, so that their shape is known. */
export const adminQuestion = z.discriminatedUnion('kind', [
  /** A call of the panel, asked of the leader. */
  z.object({
    kind: z.literal('admin'),
    name: z.enum(['call', 'report', 'oauth2Callback']),
    input: z.unknown(),
    language,
  }),
  /** Work on an account, asked of the process that handles it, by an admin whom the leader knows. */
  z.object({ kind: z.literal('work'), method: z.string(), input: z.unknown(), user: z.string(), language }),
]);
export type AdminQuestion = z.infer<typeof adminQuestion>;

/** Some calls make several calls of X, of which each has its own time limit. Milliseconds. */
export const maxWorkMs = 120_000;

/**
 * The panel's server side where several processes share the store: the leader's, which knows who is signed in; the others pass
 * calls on.
 * @param share tells the other processes what a call has changed in files they share
 */
export function shareAdmin(own: Admin, cluster: Cluster, share: () => Promise<void>): Admin {
  if (!cluster.isShared) return own;
  const passOn = async (name: 'call' | 'report' | 'oauth2Callback', input: unknown) =>
    valueOf(
      await cluster.ask(
        'leader',
        { kind: 'admin', name, input, language: spokenLanguage() } satisfies AdminQuestion,
        maxWorkMs,
      ),
    );
  return {
    call: async (call) => {
      if (!cluster.leads()) {
        // A stranger's nonsense goes no further.
        if (!isMethod(call.method)) throw new BridgeError('bad-request', say('admin.unknownCall'));
        return (await passOn('call', call)) as AdminAnswer;
      }
      const answer = await own.call(call);
      await share();
      return answer;
    },
    report: async (call) => (cluster.leads() ? own.report(call) : ((await passOn('report', call)) as string)),
    oauth2Callback: async (answer) => {
      if (cluster.leads()) return own.oauth2Callback(answer);
      return ((await passOn('oauth2Callback', answer)) as XIdentity | null) ?? undefined;
    },
    work: async (method, input, user) => {
      const answer = await own.work(method, input, user);
      await share();
      return answer;
    },
  };
}

/** Answers another process. Never rejects. */
export function answerAsLeader(admin: Admin, question: AdminQuestion): Promise<unknown> {
  return speakIn(question.language, () => outcomeOf(() => answered(admin, question)));
}

function answered(admin: Admin, question: AdminQuestion): unknown {
  if (question.kind === 'work') return admin.work(question.method, question.input, question.user);
  const { name, input } = question;
  // The other process runs the same code, and passes on what it was given.
  if (name === 'call') return admin.call(input as Parameters<Admin['call']>[0]);
  if (name === 'report') return admin.report(input as Parameters<Admin['report']>[0]);
  return admin.oauth2Callback(input as Parameters<Admin['oauth2Callback']>[0]);
}
