import express from 'express';
import { Faults } from '../faults';
import { serve } from '../serve';
import { appZoneRoutes } from './appZone';
import { pluginProxy, type ProxyOptions } from './proxy';
import { hostRoutes, type HostOptions } from './routes';
import {
  HostState,
  type HostAccount,
  type HostAttachment,
  type HostInteraction,
  type ReplyOutcome,
} from './state';

export interface HostSimulatorOptions extends Partial<HostOptions> {
  port?: number;
  /** The host's clock. */
  now?: () => number;
  dropsHeaders?: string[];
}

/** A simulated XCALLY Motion: contacts, interactions, attachments, and agents who answer. */
export class HostSimulator {
  readonly faults = new Faults();
  readonly state: HostState;
  readonly options: HostOptions;
  /** Calls of the API as they came, such as `GET /api/cm/contacts`. */
  readonly calls: string[] = [];
  readonly proxy: ProxyOptions;
  /** Texts that it refuses to take. */
  refuses: (body: string) => boolean = () => false;
  /** Hears of every message a customer's side wrote. */
  onMessage: () => void = () => {};
  /** The folder of an installed plugin's files, and the page of it that the AppZone shows. */
  installed: { folder: string; view: string } | undefined;
  url = '';
  port = 0;
  private stop: () => Promise<void> = () => Promise.resolve();

  private constructor(options: HostSimulatorOptions) {
    this.state = new HostState(options.now);
    this.proxy = { drops: options.dropsHeaders ?? [] };
    this.options = {
      username: 'plugin',
      password: 'sim-host-password',
      apiKey: 'sim-host-api-key',
      notifyVerb: 'notify',
      takesReplyUrl: true,
      tellsLength: true,
      attachmentLimit: 25 * 1024 * 1024,
      tellsIds: true,
      messagePages: { size: 100, first: 'oldest' },
      ...options,
    };
  }

  static async start(options: HostSimulatorOptions = {}): Promise<HostSimulator> {
    const simulator = new HostSimulator(options);
    await simulator.listen(options.port ?? 0);
    return simulator;
  }

  /** Comes up again at its old address, with all it knew. */
  async reopen(): Promise<void> {
    await this.listen(this.port);
  }

  close(): Promise<void> {
    return this.stop();
  }

  addAccount(account: Partial<HostAccount> = {}): HostAccount {
    const added = { id: this.state.newId(), name: 'X', mapKey: 'twitter', replyUrl: '', ...account };
    this.state.accounts.push(added);
    return added;
  }

  /** The address under which the outside reaches a plugin's port. */
  webhookUrl(port: number, path: string, encoding: 'binary' | 'none' = 'binary'): string {
    const query = new URLSearchParams({
      port: String(port),
      ...(encoding === 'binary' ? { encoding } : {}),
      path,
    });
    return `${this.url}/api/plugins/webhook?${query.toString()}`;
  }

  /** An agent writes: the message is kept, then the account's Reply URL is called with it. */
  async agentWrites(
    interaction: HostInteraction,
    body: string,
    file?: HostAttachment,
  ): Promise<ReplyOutcome> {
    this.state.addMessage(interaction, 'out', body || (file?.name ?? ''), file?.id ?? null);
    const account = this.state.accounts.find(({ id }) => id === interaction.OpenchannelAccountId);
    const contact = this.state.contacts.find(({ id }) => id === interaction.ContactId);
    const response = await fetch(account?.replyUrl ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({
        body: body || file?.name,
        AttachmentId: file?.id ?? null,
        Contact: { id: contact?.id, ...contact?.fields },
        Interaction: { id: interaction.id, threadId: interaction.threadId },
        interface: 'Openchannel',
        User: { id: 7, fullname: 'Ada Lovelace', name: 'ada' },
      }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text || '{}') as Record<string, unknown> };
  }

  private async listen(port: number): Promise<void> {
    const app = express();
    app.disable('x-powered-by');
    app.use((request, response, next) => {
      this.calls.push(`${request.method} ${request.path}`);
      response.set('date', new Date(this.state.now()).toUTCString());
      next();
    });
    app.use(this.faults.middleware);
    app.use(
      appZoneRoutes(
        () => this.installed?.folder,
        () => this.installed?.view ?? '',
      ),
    );
    app.all('/api/plugins/webhook', ...pluginProxy(this.proxy));
    app.use(
      '/api',
      hostRoutes(this.state, this.options, {
        onMessage: () => this.onMessage(),
        refuses: (body) => this.refuses(body),
      }),
    );
    const served = await serve(app, port);
    this.url = served.url;
    this.port = served.port;
    this.stop = () => served.close();
  }
}
