import { isDeepStrictEqual } from 'node:util';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OtherDataKey, type Documents } from '../core/documents';
import { isRecord } from '../core/isRecord';
import { writeSafely } from '../disk/writeSafely';
import type { ConfigFile } from './configFile';
import { ConfigError } from './load';
import type { Config } from './schema';
import { provideSecrets, type Secrets } from './secrets';

/** The document with the settings; all others have the names of their files. */
const settingsName = 'settings';

/** What a process needs to start stays its own. */
const ownKeys = ['port', 'bindAddress', 'dataDir', 'log', 'store'];

const keysFolder = 'chat-keys';

const otherDataKey =
  'store.url: DATA_KEY is not the one the database was begun with: set the same one on every machine';

/**
 * The files of the data folder that all processes share, and the settings. Each process has a copy, so that whatever reads them
 * need not know; what one writes, the others have about a second later.
 */
export class SharedFiles {
  private version = '0';
  /** What every process has, or is about to, by name; an empty text: nothing. */
  private readonly known = new Map<string, string>();

  constructor(
    private readonly documents: Documents,
    private readonly dataDir: string,
  ) {}

  /** Takes what others have changed. @returns its names @throws BridgeError `store-unavailable`, OtherDataKey, the system's error */
  async take(): Promise<string[]> {
    const { documents, version } = await this.documents.since(this.version);
    // What is neither a file nor the settings is read by whoever needs it.
    const taken = documents.filter(
      ({ name, content }) => (isFileName(name) || name === settingsName) && this.known.get(name) !== content,
    );
    for (const { name, content } of taken) {
      if (name !== settingsName && this.read(name) !== content) this.write(name, content);
      this.known.set(name, content);
    }
    this.version = version;
    return taken.map(({ name }) => name);
  }

  /** Gives the files that were changed here. @throws BridgeError `store-unavailable`; it is tried again with the next sync */
  async give(): Promise<void> {
    const names = new Set([...this.fileNames(), ...this.known.keys()]);
    names.delete(settingsName);
    for (const name of names) {
      const [known = '', content] = [this.known.get(name), this.read(name)];
      if (known === content) continue;
      // Nothing else is ever taken away: a folder that is missing must not empty those of the other machines.
      if (content === '' && !isPassing(name)) {
        this.write(name, known);
        continue;
      }
      await this.documents.put(name, content);
      this.known.set(name, content);
    }
  }

  /** The settings all share, with what is this process's own; undefined where there are none yet. */
  settingsFor(own: unknown): Record<string, unknown> | undefined {
    const content = this.known.get(settingsName);
    if (content === undefined) return undefined;
    return {
      ...(JSON.parse(content) as Record<string, unknown>),
      ...pick(own, (key) => ownKeys.includes(key)),
    };
  }

  /** @throws BridgeError `store-unavailable` */
  async giveSettings(raw: unknown): Promise<void> {
    const content = JSON.stringify(pick(raw, (key) => !ownKeys.includes(key)));
    if (this.known.get(settingsName) === content) return;
    await this.documents.put(settingsName, content);
    this.known.set(settingsName, content);
  }

  /** While other processes wait that do so too. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    return this.documents.oneAtATime(work);
  }

  private fileNames(): string[] {
    const folder = join(this.dataDir, keysFolder);
    const keys = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
    return ['secrets.json', 'panel.json', ...keys.map((name) => `${keysFolder}/${name}`)];
  }

  private read(name: string): string {
    const path = join(this.dataDir, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  private write(name: string, content: string): void {
    const path = join(this.dataDir, name);
    if (content === '') {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    // What only this machine may have had is kept beside it.
    if (existsSync(path)) copyFileSync(path, `${path}.1`);
    writeSafely(path, content);
  }
}

/** Whether other processes' settings, or secrets that belong to them, were among what was taken. */
export function concernsSettings(taken: string[]): boolean {
  return taken.includes(settingsName) || taken.includes('secrets.json');
}

/** Keys that are kept until it is known whether X has them. */
function isPassing(name: string): boolean {
  return name.endsWith('.created.json');
}

/** Nothing else is ever written into the data folder. */
function isFileName(name: string): boolean {
  return /^(?:secrets|panel|chat-keys\/[\w-][\w.-]*)\.json$/.test(name);
}

function pick(raw: unknown, isMeant: (key: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(isRecord(raw) ? raw : {}).filter(([key]) => isMeant(key)));
}

/**
 * Takes the settings, passwords and keys that other processes have, or gives them the first ones. One process at a time, so that no
 * two make them.
 * @param prepare makes the files that are there from the start
 * @throws ConfigError with another `DATA_KEY` than the others, or with settings that cannot be used; BridgeError `store-unavailable`
 */
export function takeShared(
  files: SharedFiles,
  file: ConfigFile,
  prepare: (config: Config) => void,
): Promise<{ config: Config; secrets: Secrets }> {
  return files.oneAtATime(async () => {
    await files.take().catch((error: unknown) => {
      throw error instanceof OtherDataKey ? new ConfigError([otherDataKey]) : error;
    });
    const own = file.exists() ? file.read() : {};
    const shared = files.settingsFor(own);
    if (shared && !isDeepStrictEqual(shared, own)) file.save(shared);
    const config = file.check(shared ?? own);
    const secrets = provideSecrets(config);
    prepare(config);
    await files.give();
    await files.giveSettings(shared ?? own);
    return { config, secrets };
  });
}
