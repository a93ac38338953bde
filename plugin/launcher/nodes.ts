import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { majorOf, oldestMajor } from './oldestNode';

/** A Node.js somewhere on this machine. */
export interface FoundNode {
  path: string;
  /** Such as `v22.1.0`. */
  version: string;
}

/** Where it is looked for. */
export interface Places {
  environment: Readonly<Record<string, string | undefined>>;
  home: string;
  /** The Node.js that a zip may carry. */
  own: string;
}

/** Asking a program its version gets this long, in milliseconds: it may be on a network's disk. */
const askMs = 10_000;

/**
 * Finds a Node.js that is new enough: the one that was named, the zip's own, those in `PATH`, those of version managers and the usual
 * folders; of several in the last group the newest.
 * @returns undefined where there is none, or the one that was named is too old or is none
 */
export function findNode({ environment, home, own }: Places): FoundNode | undefined {
  const named = environment['OPENCHANNEL_X_NODE'];
  if (named !== undefined && named !== '') return newEnough(named);
  // A relative folder would be one of wherever the host happens to stand.
  const inPath = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  makeProgram(own);
  for (const path of [own, ...inPath.map((folder) => join(folder, 'node'))]) {
    const found = newEnough(path);
    if (found) return found;
  }
  const others = usualFolders(environment, home)
    .map(newEnough)
    .filter((each): each is FoundNode => each !== undefined);
  return others.sort((one, other) => compare(other.version, one.version))[0];
}

function newEnough(path: string): FoundNode | undefined {
  if (!existsSync(path)) return undefined;
  const version = versionOf(path);
  return version !== undefined && majorOf(version) >= oldestMajor ? { path, version } : undefined;
}

function versionOf(path: string): string | undefined {
  const { error, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: askMs });
  return error ? undefined : /^v\d+\.\d+\.\d+/.exec(stdout)?.[0];
}

/** Whoever unpacked the zip may have lost that it is a program. */
function makeProgram(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    try {
      chmodSync(path, 0o755);
    } catch {
      // There is none, or it is somebody else's.
    }
  }
}

/** Where version managers and installers put a Node.js, with `*` for a folder of any name. */
function usualFolders(environment: Places['environment'], home: string): string[] {
  const of = (variable: string, ...otherwise: string[]) => {
    const named = environment[variable] ?? '';
    return isAbsolute(named) ? named : join(...otherwise);
  };
  const patterns = [
    join(of('NVM_DIR', home, '.nvm'), 'versions/node/*/bin/node'),
    join(of('FNM_DIR', home, '.local/share/fnm'), 'node-versions/*/installation/bin/node'),
    join(of('VOLTA_HOME', home, '.volta'), 'tools/image/node/*/bin/node'),
    join(of('ASDF_DATA_DIR', home, '.asdf'), 'installs/nodejs/*/bin/node'),
    join(of('MISE_DATA_DIR', home, '.local/share/mise'), 'installs/node/*/bin/node'),
    join(of('NODENV_ROOT', home, '.nodenv'), 'versions/*/bin/node'),
    join(of('N_PREFIX', '/usr/local'), 'n/versions/node/*/bin/node'),
    '/usr/local/nvm/versions/node/*/bin/node',
    '/opt/*/bin/node',
    '/usr/local/bin/node',
    '/usr/bin/node',
    '/usr/bin/nodejs',
    '/snap/bin/node',
  ];
  return patterns.reduce<string[]>((paths, pattern) => paths.concat(matching(pattern)), []);
}

function matching(pattern: string): string[] {
  const at = pattern.indexOf('*');
  if (at < 0) return [pattern];
  const folder = pattern.slice(0, at);
  try {
    return readdirSync(folder).map((name) => `${folder}${name}${pattern.slice(at + 1)}`);
  } catch {
    return [];
  }
}

/** Less than nothing where the first version is the older one. */
function compare(one: string, other: string): number {
  const [first, second] = [one, other].map((version) => version.slice(1).split('.').map(Number));
  for (const at of [0, 1, 2]) {
    const difference = (first?.[at] ?? 0) - (second?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
