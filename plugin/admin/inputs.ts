import { z } from 'zod';
import type { Input, Method } from '../panel/api';

const text = z.string().max(10_000);
const name = z.string().max(64);
const carrier = z.enum(['cookie', 'body']);
const pin = z.string().min(1).max(200);
const empty = z.object({});
const messageRef = z.object({ direction: z.enum(['in', 'out']), seq: z.number().int().positive() });
const backup = z.object({ content: z.string().max(1_000_000), password: text.optional() });

/** The outside of the settings; what is in them is checked as the start checks the file. All else, such as `dataDir`, is dropped. */
const settings = z.object({
  revision: z.string(),
  port: z.unknown(),
  bindAddress: z.unknown(),
  log: z.unknown(),
  x: z.unknown(),
  host: z.record(z.string(), z.unknown()),
  reply: z.record(z.string(), z.unknown()),
  admin: z.record(z.string(), z.unknown()),
  accounts: z.array(z.looseObject({ name: z.string(), connection: z.string().optional() })).max(100),
});

/** What each call of the panel must look like; `Input` of the panel's API says the same to the compiler. */
export const inputs: Record<Method, z.ZodType> = {
  hello: empty,
  claim: z.object({ code: text, password: text, carrier }),
  signIn: z.object({ username: text.optional(), password: text, carrier, device: text.optional() }),
  signOut: empty,
  changePassword: z.object({ current: text, next: text }),
  overview: empty,
  settings: empty,
  save: z.object({ settings }),
  hostAccounts: empty,
  addresses: z.object({ account: name }),
  startPin: z.object({
    account: name,
    consumerKey: text.optional(),
    consumerSecret: text.optional(),
    signatureMethod: z.enum(['HMAC-SHA1', 'HMAC-SHA256']),
  }),
  finishPin: z.object({ id: name, pin: z.string().max(64) }),
  oauth2: z.object({ account: name }),
  startOAuth2: z.object({ account: name, redirectUri: z.url().max(2_000) }),
  oauth2Progress: z.object({ id: name }),
  finishOAuth2: z.object({ id: name, address: text }),
  disconnectOAuth2: z.object({ account: name }),
  checkHost: empty,
  check: z.object({ account: name }),
  activity: z.object({
    account: name.optional(),
    direction: z.enum(['in', 'out']),
    state: z.enum(['waiting', 'delivered', 'failed', 'filtered']).optional(),
    search: name.optional(),
    before: z.number().int().optional(),
  }),
  retry: messageRef,
  setAside: messageRef,
  recall: z.object({ seq: messageRef.shape.seq }),
  forget: z.object({ person: name }),
  report: z.object({ from: name, to: name }),
  log: z.object({ level: z.enum(['error', 'warn', 'info', 'debug']).optional(), account: name.optional() }),
  exportSettings: z.object({ password: text.optional() }),
  previewImport: backup,
  importSettings: backup,
  chatKeys: z.object({ account: name }),
  createChatKeys: z.object({ account: name, replace: z.boolean(), pin: pin.optional() }),
  backUpChatKeys: z.object({ account: name, pin }),
  recoverChatKeys: z.object({ account: name, pin }),
  importChatKeys: z.object({ account: name, content: z.string().max(10_000), password: text }),
  exportChatKeys: z.object({ account: name, password: text }),
};

/** The input of a call, or why it cannot be understood. */
export function readInput<M extends Method>(
  method: M,
  value: unknown,
): { input: Input<M> } | { fault: string } {
  const read = inputs[method].safeParse(value ?? {});
  if (read.success) return { input: read.data as Input<M> };
  const [issue] = read.error.issues;
  return { fault: `${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'cannot be understood'}` };
}
