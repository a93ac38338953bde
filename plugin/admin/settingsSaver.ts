import { BridgeError, reasonOf } from '../core/errors';
import { ConfigError } from '../settings/load';
import { provideSecrets } from '../settings/secrets';
import type { RunningPlugin } from './runningPlugin';
import { changedMeanwhile, revisionOf } from './settings';

/** Saves settings, one save at a time: two would restart the same accounts side by side. */
export class SettingsSaver {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly plugin: RunningPlugin) {}

  /**
   * Checks settings, goes on with them, and writes them down.
   * @param revision the version of the file that the settings began as; absent: whatever it holds by then
   * @returns the accounts that were restarted
   * @throws ConfigError with one line per fault, BridgeError `settings-changed` or `store-unavailable`; then nothing has changed
   */
  save(raw: Record<string, unknown>, revision?: string): Promise<string[]> {
    const mine = this.last.then(() => this.saveNow(raw, revision));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async saveNow(raw: Record<string, unknown>, revision?: string): Promise<string[]> {
    const { file, logs, accounts } = this.plugin;
    if (revision !== undefined && revision !== revisionOf(file)) throw changedMeanwhile();
    const { config: formerConfig, secrets: formerSecrets } = this.plugin.live();
    const config = file.check(raw);
    try {
      const changed = await this.plugin.reconfigure(config, provideSecrets(config));
      await this.plugin.saveSettings(raw);
      accounts.revokeUnused();
      return changed;
    } catch (error) {
      // The port or the log folder cannot be used, and nothing has begun to change.
      if (error instanceof ConfigError) throw error;
      logs.log.error('panel: the settings could not be saved', { reason: reasonOf(error) });
      await this.plugin.reconfigure(formerConfig, formerSecrets);
      // In the words of the database, or of the other machines.
      if (error instanceof BridgeError) throw error;
      throw new ConfigError([`${file.path}: cannot be written (${reasonOf(error)}); nothing was changed`]);
    }
  }
}
