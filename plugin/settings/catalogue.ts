import { z } from 'zod';
import { aboutOf, type About } from './about';
import { configSchema } from './schema';
import { isRecord } from '../core/isRecord';

/** How the panel asks for a value. */
export type Control =
  'text' | 'number' | 'switch' | 'choice' | 'list' | 'secret' | NonNullable<About['control']>;

/** A setting, wherever it is in the configuration. */
export interface Setting {
  /** Such as `accounts.*.bot.url`: a `*` stands for each account. */
  path: string;
  about: About;
  control: Control;
  /** Undefined where there is none, since the setting has to be there. */
  preset: unknown;
  /** What it may be, where it is one of a few. */
  values: readonly string[] | undefined;
}

/** Every setting there is, in the order of the schema. */
export const catalogue: readonly Setting[] = settingsIn(configSchema, []);

const byPath = new Map(catalogue.map((each) => [each.path, each]));

/**
 * The setting at a path of a configuration.
 * @param path with the place or the name of an account, such as `accounts.support.bot.url`; of a list also with a place in it
 */
export function settingAt(path: string): Setting | undefined {
  return byPath.get(path.replace(/^accounts\.[^.]+\./, 'accounts.*.').replace(/\.\d+$/, ''));
}

export function isSecretPath(path: string): boolean {
  return settingAt(path)?.about.secret === true;
}

/** Whether a change of it may not be made by whoever finds an open browser. */
export function isGuardedPath(path: string): boolean {
  return settingAt(path)?.about.guarded === true;
}

/** Every secret in a configuration, for the log to mask. */
export function secretsIn(value: unknown, path: string[] = []): string[] {
  if (typeof value === 'string') return isSecretPath(path.join('.')) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => secretsIn(item, [...path, key]));
}

/** Some settings without the secrets among them. */
export function withoutSecrets(value: unknown, path: string[] = []): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, [...path, '*']));
  if (!isRecord(value)) return value;
  const shown = Object.entries(value).filter(([key]) => !isSecretPath([...path, key].join('.')));
  return Object.fromEntries(shown.map(([key, item]) => [key, withoutSecrets(item, [...path, key])]));
}

/** Puts a value at a path, making the objects on the way. */
export function setAt(target: Record<string, unknown>, [key = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = isRecord(target[key]) ? target[key] : {};
  target[key] = inner;
  setAt(inner, rest, value);
}

/** Every setting in a schema. @throws Error for a setting that nobody has described: it would be in no form and no document, and be logged in plain */
export function settingsIn(schema: z.ZodType, path: string[]): Setting[] {
  const about = aboutOf(schema);
  const inner = unwrapped(schema);
  if (about) {
    const preset = schema.safeParse(undefined).data;
    const values = inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
    return [{ path: path.join('.'), about, control: controlOf(inner, about), preset, values }];
  }
  if (inner instanceof z.ZodObject)
    return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([key, each]) =>
      settingsIn(each, [...path, key]),
    );
  if (inner instanceof z.ZodArray) return settingsIn(inner.element as z.ZodType, [...path, '*']);
  throw new Error(`the setting ${path.join('.')} has no description`);
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrapped(schema.def.innerType as z.ZodType);
  return schema;
}

function controlOf(schema: z.ZodType, about: About): Control {
  if (about.secret === true) return 'secret';
  if (about.control !== undefined) return about.control;
  if (schema instanceof z.ZodBoolean) return 'switch';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodEnum) return 'choice';
  return schema instanceof z.ZodArray ? 'list' : 'text';
}
