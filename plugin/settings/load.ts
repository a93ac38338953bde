import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { catalogue } from './catalogue';
import { withCurrentNames } from './formerNames';
import { configSchema, type Config } from './schema';
import { isRecord } from '../core/isRecord';

/** Thrown when the configuration cannot be used; `faults` holds one line per fault, `path.to.key: what is wrong`. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

export type Environment = Record<string, string | undefined>;

/** Environment variables that stand in for a setting, so that secrets can stay out of the file; an account's for the first. */
const overrides = catalogue.flatMap(({ path, about, control }) =>
  about.env === undefined
    ? []
    : [{ variable: about.env, path: path.replace('*', '0').split('.'), isNumber: control === 'number' }],
);

/**
 * Checks a configuration as it would be used: `.env` beside the file and the environment laid over it (the
 * environment wins over `.env`, both over the file), relative folders taken from the file's own folder.
 * @param raw is left as it is
 * @throws ConfigError with one line per fault.
 */
export function resolveConfig(raw: unknown, file: string, environment: Environment): Config {
  const folder = dirname(file);
  const effective = withCurrentNames(raw).settings;
  applyOverrides(effective, withDotenv(folder, environment));
  const config = validateConfig(effective);
  const caFile = config.host.caFile && resolve(folder, config.host.caFile);
  if (caFile !== '') refuseUnreadable(caFile);
  return {
    ...config,
    dataDir: resolve(folder, config.dataDir),
    log: { ...config.log, dir: resolve(folder, config.log.dir) },
    host: { ...config.host, caFile },
  };
}

/** @throws ConfigError: an account that needs it could not be created */
function refuseUnreadable(caFile: string): void {
  try {
    readFileSync(caFile);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError([
      `host.caFile: ${code === 'ENOENT' ? `there is no file ${caFile}` : `${caFile} cannot be read (${code})`}`,
    ]);
  }
}

/** The keys that the environment sets, as `path.to.key`: what the file says of them does not count. */
export function overriddenKeys(file: string, environment: Environment): string[] {
  const values = withDotenv(dirname(file), environment);
  return overrides.flatMap(({ variable, path }) => (values[variable] ? [path.join('.')] : []));
}

/** The environment, laid over `.env` of a folder. */
export function withDotenv(folder: string, environment: Environment): Environment {
  const dotenv = resolve(folder, '.env');
  return { ...(existsSync(dotenv) ? parseDotenv(readFileSync(dotenv)) : {}), ...environment };
}

/**
 * Checks a configuration value against the schema and fills in the defaults.
 * @throws ConfigError with one line per fault.
 */
export function validateConfig(raw: unknown): Config {
  const result = configSchema.safeParse(raw);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => `${[...issue.path, key].join('.')}: is not a known key (misspelt?)`);
    const missing = issue.code === 'invalid_type' && valueAt(raw, issue.path) === undefined;
    return [
      `${issue.path.join('.') || 'configuration'}: ${missing ? `is missing; it ${issue.message}` : issue.message}`,
    ];
  });
  throw new ConfigError([...new Set(faults)]);
}

function valueAt(raw: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
}

/** Reads a file of JSON. @throws ConfigError when it cannot be read or is not JSON */
export function readJson(path: string): unknown {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError([`${path}: cannot be read (${code})`]);
  }
  try {
    return JSON.parse(content.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    // The parser's message may quote the text around the fault, and that text may be a secret.
    const position = /position \d+|line \d+ column \d+/.exec((error as Error).message)?.[0];
    throw new ConfigError([`${path}: is not valid JSON${position ? ` (at ${position})` : ''}`]);
  }
}

function applyOverrides(raw: unknown, values: Environment): void {
  for (const { variable, path, isNumber } of overrides) {
    const value = values[variable];
    if (value !== undefined && value !== '') override(raw, path, isNumber ? numberOf(value) : value);
  }
}

/** A number where the text is one; else the text itself, which the schema then refuses in words. */
function numberOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** An account that is not there is not made, nor is the list of them. */
function override(target: unknown, [key = '', ...rest]: string[], value: unknown): void {
  if (typeof target !== 'object' || target === null) return;
  const container = target as Record<string, unknown>;
  if (rest.length === 0) container[key] = value;
  else {
    if (isRecord(target) && key !== 'accounts') container[key] ??= {};
    override(container[key], rest, value);
  }
}
