import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { overriddenKeys, readJson, resolveConfig, withDotenv, type Environment } from './load';
import { withCurrentNames } from './formerNames';
import type { Config } from './schema';
import { writeSafely } from '../disk/writeSafely';

/** How many earlier versions are kept beside the file: `<file>.1` is the newest. */
const keptVersions = 5;

/** The file an admin's settings live in, and the environment laid over it. */
export class ConfigFile {
  readonly path: string;

  constructor(
    path: string,
    private readonly environment: Environment,
  ) {
    this.path = resolve(path);
  }

  /** A variable of the environment, or of `.env` beside the file; empty where it is not set. */
  variable(name: string): string {
    return withDotenv(dirname(this.path), this.environment)[name] ?? '';
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  /** What is written in the file, by the names settings have now; nothing yet where there is none. @throws ConfigError */
  read(): unknown {
    return this.exists() ? withCurrentNames(readJson(this.path)).settings : {};
  }

  /** Settings in the file that have another name now, in words. @throws ConfigError */
  formerNames(): string[] {
    return this.exists() ? withCurrentNames(readJson(this.path)).former : [];
  }

  /** The configuration as it is to be used. @throws ConfigError with one line per fault */
  load(): Config {
    return this.check(readJson(this.path));
  }

  /** Checks settings that are not saved yet, just as the start does. @throws ConfigError with one line per fault */
  check(raw: unknown): Config {
    return resolveConfig(raw, this.path, this.environment);
  }

  /** The keys that the environment sets, as `path.to.key`. */
  overridden(): string[] {
    return overriddenKeys(this.path, this.environment);
  }

  /** Writes the file, all or nothing, and keeps what was there before. @throws the system's error */
  save(raw: unknown): void {
    this.keepVersions();
    writeSafely(this.path, `${JSON.stringify(withCurrentNames(raw).settings, undefined, 2)}\n`);
  }

  private keepVersions(): void {
    if (!this.exists()) return;
    const version = (number: number) => `${this.path}.${number}`;
    for (let number = keptVersions - 1; number >= 1; number -= 1)
      if (existsSync(version(number))) renameSync(version(number), version(number + 1));
    copyFileSync(this.path, version(1));
  }
}
