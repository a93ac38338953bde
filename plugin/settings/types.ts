import { z } from 'zod';
import { isRecord } from '../core/isRecord';
import { isLoopback, parseUrl } from './addresses';

/** The kinds of values that settings have, with what an admin reads when one is wrong. */

export const text = (error = 'must be text') => z.string({ error });

export const flag = (preset: boolean) => z.boolean({ error: 'must be true or false' }).default(preset);

/** The name of a contact field in Motion; empty: as Motion says. */
export const mapKey = text()
  .regex(
    /^[A-Za-z0-9_]*$/,
    'must be the name of a contact field, such as twitter or cf_7 (empty: as in XCALLY Motion)',
  )
  .default('');

export const count = (preset: number, min: number, max: number) =>
  z
    .number({ error: `must be a number from ${min} to ${max}` })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)
    .default(preset);

/** Empty: there is none. */
export const secret = (schema = text()) => schema.default('');

/** An address that secrets travel to: https, or http where it never leaves the machine. */
export const serviceUrl = text().superRefine((value, context) => {
  const url = parseUrl(value);
  if (!url)
    context.addIssue({ code: 'custom', message: 'must be an address such as https://motion.example.com' });
  else if (url.username || url.password)
    context.addIssue({ code: 'custom', message: 'must not carry a user name or password' });
  else if (url.search || url.hash)
    context.addIssue({ code: 'custom', message: 'must not have a "?" or "#" part' });
});

export const httpsOrLoopback = (value: string) => {
  const url = parseUrl(value);
  return !url || url.protocol === 'https:' || isLoopback(url.hostname);
};

/** Rules across keys are checked even where single keys are wrong, so that a single start reports every error. */
export const whenObject = { when: ({ value }: { value: unknown }) => isRecord(value) };

export function isMissing(context: z.RefinementCtx, key: string, what: string): void {
  context.addIssue({ code: 'custom', path: key.split('.'), message: `is missing: ${what}` });
}
