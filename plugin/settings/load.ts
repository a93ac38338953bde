import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse as parseDotenv } from 'dotenv';
import { configSchema, type Config } from './schema';

/** Thrown when the configuration cannot be used; `faults` holds one line per fault, `path.to.key: what is wrong`. */
export class ConfigError extends Error {
  constructor(readonly faults: string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

export type Environment = Record<string, string | undefined>;

/** Environment variables that stand in for a key of the file, so that secrets can stay out of it. */
const overrides: Record<string, (string | number)[]> = {
  PORT: ['port'],
  HOST_USERNAME: ['host', 'username'],
  HOST_PASSWORD: ['host', 'password'],
  HOST_API_KEY: ['host', 'apiKey'],
  REPLY_TOKEN: ['reply', 'token'],
  ADMIN_PASSWORD: ['admin', 'password'],
  X_CONSUMER_KEY: ['accounts', 0, 'consumerKey'],
  X_CONSUMER_SECRET: ['accounts', 0, 'consumerSecret'],
  X_ACCESS_TOKEN: ['accounts', 0, 'accessToken'],
  X_ACCESS_TOKEN_SECRET: ['accounts', 0, 'accessTokenSecret'],
  X_CLIENT_ID: ['accounts', 0, 'oauth2', 'clientId'],
  X_CLIENT_SECRET: ['accounts', 0, 'oauth2', 'clientSecret'],
  X_REFRESH_TOKEN: ['accounts', 0, 'oauth2', 'refreshToken'],
};

/**
 * Checks a configuration as it would be used: `.env` beside the file and the environment laid over it (the
 * environment wins over `.env`, both over the file), relative folders taken from the file's own folder.
 * @param raw is left as it is
 * @throws ConfigError with one line per fault.
 */
export function resolveConfig(raw: unknown, file: string, environment: Environment): Config {
  const folder = dirname(file);
  const effective = structuredClone(raw);
  applyOverrides(effective, withDotenv(folder, environment));
  const config = validateConfig(effective);
  const caFile = config.host.caFile && resolve(folder, config.host.caFile);
  if (caFile !== '' && !existsSync(caFile))
    throw new ConfigError([`host.caFile: there is no file ${caFile}`]);
  return {
    ...config,
    dataDir: resolve(folder, config.dataDir),
    log: { ...config.log, dir: resolve(folder, config.log.dir) },
    host: { ...config.host, caFile },
  };
}

/** The keys that the environment sets, as `path.to.key`: what the file says of them does not count. */
export function overriddenKeys(file: string, environment: Environment): string[] {
  const values = withDotenv(dirname(file), environment);
  return Object.entries(overrides).flatMap(([variable, path]) => (values[variable] ? [path.join('.')] : []));
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

/**
 * Reads a file of JSON.
 * @throws ConfigError when it cannot be read or is not JSON
 */
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
  for (const [variable, path] of Object.entries(overrides)) {
    const value = values[variable];
    if (value === undefined || value === '') continue;
    setAt(raw, path, variable === 'PORT' ? portOf(value) : value);
  }
}

/** A number where the text is one; else the text itself, which the schema then refuses in words. */
function portOf(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}

function setAt(target: unknown, path: (string | number)[], value: unknown): void {
  const [head, ...rest] = path;
  if (head === undefined || typeof target !== 'object' || target === null) return;
  const container = target as Record<string | number, unknown>;
  if (rest.length === 0) container[head] = value;
  else {
    if (container[head] === undefined && typeof rest[0] === 'string' && !Array.isArray(target))
      container[head] = {};
    setAt(container[head], rest, value);
  }
}
