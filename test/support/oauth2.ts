import { AdminClient } from './adminClient';
import { Rig, type RigOptions } from './rig';

/** A rig whose account signs in with OAuth 2.0, and what an admin does in the panel and at X. */
export class OAuth2Rig {
  private constructor(
    readonly rig: Rig,
    readonly admin: AdminClient,
  ) {}

  static async start(options: RigOptions = {}): Promise<OAuth2Rig> {
    const rig = await Rig.start({ signIns: 'oauth2', delivery: 'poll', panel: true, ...options });
    const admin = new AdminClient(() => rig.url);
    await admin.signIn(rig.secrets.adminPassword);
    return new OAuth2Rig(rig, admin);
  }

  /** An account that has a client, and was never connected. */
  static unconnected(): Promise<OAuth2Rig> {
    return OAuth2Rig.start({ account: { oauth2: client } });
  }

  /** What the panel does, up to where X sends the browser. */
  async allow(): Promise<{ id: string; landed: string }> {
    const { callbackUrl } = await this.admin.call('oauth2', { account: 'support' });
    this.rig.x.oauth2.client.redirectUris.push(callbackUrl);
    const begun = { account: 'support', redirectUri: callbackUrl };
    const { id, authorizeUrl } = await this.admin.call('startOAuth2', begun);
    const response = await fetch(authorizeUrl, { redirect: 'manual' });
    return { id, landed: response.headers.get('location') ?? '' };
  }

  /** The browser follows X's answer, through the host's proxy. */
  async follow(address: string): Promise<{ status: number; text: string }> {
    const response = await fetch(address, { headers: { connection: 'close' } });
    return { status: response.status, text: await response.text() };
  }

  async signIn() {
    return (await this.rig.health()).body.accounts['support']!.signIn;
  }

  tokenCalls(): number {
    return this.rig.x.traffic.filter((call) => call === 'POST /2/oauth2/token').length;
  }
}

/** The app's client, as the settings hold it. */
export const client = { clientId: 'sim-client-id', clientSecret: 'sim-client-secret' };
