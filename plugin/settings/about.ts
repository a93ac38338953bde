import type { z } from 'zod';

/** Where a setting stands in the panel: its page, and the part of it. */
export const groups = {
  motion: { page: 'settings', heading: 'XCALLY Motion' },
  plugin: { page: 'settings', heading: 'This plugin' },
  logs: { page: 'settings', heading: 'Logs' },
  x: { page: 'settings', heading: 'X API (advanced)' },
  basics: { page: 'account', heading: 'Basics' },
  oauth2: { page: 'account', heading: 'Sign in with OAuth 2.0' },
  keys: { page: 'account', heading: 'Keys of the X app (for pushes, and for OAuth 1.0a)' },
  openChannel: { page: 'account', heading: 'XCALLY Motion' },
  channels: { page: 'account', heading: 'Channels' },
  delivery: { page: 'account', heading: 'How X delivers' },
  costs: {
    page: 'account',
    heading: 'Cost with X',
    text: 'Estimated from X’s pay-per-use price list; your contract may differ. Nothing is held back at the limit.',
  },
  workingHours: { page: 'automation', heading: 'Working hours' },
  greeting: { page: 'automation', heading: 'Greeting' },
  bot: {
    page: 'automation',
    heading: 'Bot',
    text: 'A bot over HTTP replies to Direct Messages first. Agents get the conversation, with what was said, when the customer writes one of the words below or sends a file, when the bot asks for it or fails, or after so many replies.',
  },
  followUp: { page: 'automation', heading: 'Follow-up' },
  queue: { page: 'automation', heading: 'Waiting for an agent' },
  unanswered: { page: 'automation', heading: 'No reply from an agent' },
  filters: {
    page: 'automation',
    heading: 'Filters',
    text: 'What is filtered reaches no agent. It is listed under Activity, where it can be let through.',
  },
  card: {
    page: 'automation',
    heading: 'Customer card',
    text: 'Keeps what X tells of a customer in fields of the contact in XCALLY Motion: when it is created, and at most once a day. Empty: not kept.',
  },
  retention: { page: 'automation', heading: 'How long messages are kept' },
} as const satisfies Record<string, { page: string; heading: string; text?: string }>;

export type Group = keyof typeof groups;

/** What a setting is about, for everybody who sees it: in the panel, in the documents, in a log. */
export interface About {
  /** Absent: it is not in the panel. */
  group?: Group;
  label: string;
  hint?: string;
  /** What the documents say instead of the hint. */
  details?: string;
  /** It is never shown, logged or exported without a password. */
  secret?: true;
  /** Where secrets or customers' words go, or who may come in: a change needs the password. */
  guarded?: true;
  /** How the panel asks for it, where its type does not say so. */
  control?: 'notice' | 'days' | 'hours' | 'dates' | 'timeZone' | 'language';
  /** Asked for by few: the form folds it away. */
  rare?: true;
  /** The names of the values to choose from, where they are not the values themselves. */
  options?: Record<string, string>;
  /** The form asks for it only while another setting of the account has one of these values. */
  onlyWhen?: { setting: string; is: string[] };
  /** The environment variable that stands in for it; of an account's settings, for the first account. */
  env?: string;
  /** Its value in `plugin.config.example.json`, where that is not the default. */
  example?: unknown;
}

const abouts = new WeakMap<z.ZodType, About>();

/** Describes a setting once: the panel's form, the documents, the redaction and the export follow from it. */
export function setting<T extends z.ZodType>(about: About, schema: T): T {
  // Several settings may be of one type.
  const own = schema.clone();
  abouts.set(own, about);
  return own;
}

/** A setting of one group, so that each needs its own words only. */
export const inGroup =
  (group: Group) =>
  <T extends z.ZodType>(label: string, about: Omit<About, 'label' | 'group'>, schema: T): T =>
    setting({ group, label, ...about }, schema);

export function aboutOf(schema: z.ZodType): About | undefined {
  return abouts.get(schema);
}
