import { BridgeError, reasonOf } from '../core/errors';
import type { Log } from '../core/ports';
import type { ConfigFile } from '../settings/configFile';
import type { Config } from '../settings/schema';
import { concernsSettings, type SharedFiles } from '../settings/sharedFiles';

export interface SharedSettingsOptions {
  files: SharedFiles;
  file: ConfigFile;
  log: Log;
  /** Goes on with other settings. @throws ConfigError, BridgeError; then all stays as it was */
  goOn: (config: Config) => Promise<unknown>;
}

/** The settings where several processes share them: what one saves, all go by. */
export class SharedSettings {
  /** Another process has saved settings that this one does not go by yet. */
  private isBehind = false;
  private fault: string | undefined;

  constructor(private readonly options: SharedSettingsOptions) {}

  /** Takes what other processes have changed in settings and files, and gives what was changed here. @throws BridgeError, OtherDataKey */
  async sync(): Promise<void> {
    const { files } = this.options;
    if (concernsSettings(await files.take())) this.isBehind = true;
    if (this.isBehind) await this.take();
    await files.give();
  }

  /** Writes settings down for all. @throws BridgeError `store-unavailable`, the system's error; then the file is as it was */
  async save(raw: unknown): Promise<void> {
    const { files, file } = this.options;
    if (this.isBehind)
      throw new BridgeError(
        'store-unavailable',
        'this machine does not go by the settings yet that were saved on another one: see its log, and try again then',
        { retryable: true },
      );
    const before = file.read();
    file.save(raw);
    try {
      // Whoever hears of the settings needs the secrets that were made for them.
      await files.give();
      await files.giveSettings(raw);
    } catch (error) {
      file.save(before);
      throw error;
    }
  }

  /** What cannot be used here is tried again with the next sync: it may be for want of the database. */
  private async take(): Promise<void> {
    const { files, file, log, goOn } = this.options;
    const raw = files.settingsFor(file.read());
    if (!raw) return;
    try {
      await goOn(file.check(raw));
      file.save(raw);
      this.isBehind = false;
      this.fault = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== this.fault)
        log.error('settings that were saved on another machine cannot be used here; it will be tried again', {
          reason,
        });
      this.fault = reason;
    }
  }
}
