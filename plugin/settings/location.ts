import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError, type Environment } from './load';

export interface ConfigLocation {
  file: string;
  /** Whether the plugin may start without the file, for the admin to fill it in the panel. */
  mayBeMissing: boolean;
}

const fileName = 'plugin.config.json';

/** Beside an installed plugin, so that it survives the plugin's replacement by a newer one. */
const dataFolder = 'openchannel-x-data';

/**
 * Where the configuration is: as the flag says, else `PLUGIN_CONFIG`, else in the working directory; for a plugin
 * installed from the zip, else beside its folder, or in the user's home where that cannot be written.
 * @param installedIn the top folder of an installed plugin; undefined for a checkout
 * @param home the user's home folder
 * @throws ConfigError when none of these places can be written
 */
export function locateConfig(
  flag: string | undefined,
  environment: Environment,
  installedIn: string | undefined,
  home: string,
): ConfigLocation {
  if (flag) return { file: resolve(flag), mayBeMissing: false };
  const named = environment['PLUGIN_CONFIG'];
  if (named) return { file: resolve(named), mayBeMissing: true };
  if (installedIn === undefined || existsSync(fileName))
    return { file: resolve(fileName), mayBeMissing: false };
  const beside = join(dirname(installedIn), dataFolder);
  const inHome = join(home, '.openchannel-x');
  for (const folder of [beside, inHome])
    if (existsSync(join(folder, fileName))) return { file: join(folder, fileName), mayBeMissing: true };
  const folder = [beside, inHome].find((each) => isWritable(dirname(each)) || isWritable(each));
  if (folder !== undefined) return { file: join(folder, fileName), mayBeMissing: true };
  throw new ConfigError([
    `neither ${beside} nor ${inHome} can be written: name a place for the configuration in PLUGIN_CONFIG`,
  ]);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
