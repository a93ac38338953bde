import { AdminClient } from './adminClient';
import { Rig, type RigOptions } from './rig';

/** The panel of a plugin whose account has no chat keys yet, with its admin signed in. */
export class KeysPanel {
  private constructor(
    readonly rig: Rig,
    readonly admin: AdminClient,
  ) {}

  static async start(options: RigOptions = {}): Promise<KeysPanel> {
    const rig = await Rig.start({ delivery: 'activity', panel: true, ...options });
    await rig.supplied();
    const panel = new KeysPanel(rig, new AdminClient(() => rig.url));
    await panel.signIn();
    return panel;
  }

  /** @param dataKey of the plugin from now on, for the one it had */
  async restart(dataKey?: string): Promise<void> {
    await this.rig.stopPlugin();
    this.rig.changePlugin(dataKey === undefined ? {} : { dataKey });
    await this.rig.startPlugin();
    await this.signIn();
  }

  signIn(): Promise<void> {
    return this.admin.signIn(this.rig.secrets.adminPassword);
  }
}
