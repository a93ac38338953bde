import express from 'express';
import { Faults } from '../faults';
import { serve } from '../serve';
import type { ApiContext } from './answers';
import { apiRoutes } from './apiRoutes';
import { envelopeOf, type EnvelopeShape } from './envelopes';
import { fileRoutes } from './fileRoutes';
import { mediaRoutes, type MediaOptions } from './mediaRoutes';
import { RateLimits, type Limit } from './rateLimits';
import { Webhooks, type SimApp } from './webhooks';
import { World, type SimDirectMessage, type SimMedia } from './world';

export interface XSimulatorOptions {
  app?: SimApp;
  port?: number;
  now?: () => number;
  /** Calls per window by `METHOD /path/in/the/document`; X's own numbers unless told. */
  limits?: Record<string, Limit>;
  media?: Partial<MediaOptions>;
}

/** X's own numbers for the calls that have tight ones. */
const usualLimits: Record<string, Limit> = {
  'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 15, seconds: 900 },
  'GET /2/dm_conversations/with/{participant_id}/dm_events': { calls: 15, seconds: 900 },
  'POST /2/media/upload/initialize': { calls: 1875, seconds: 900 },
  'POST /2/media/upload/{id}/append': { calls: 1875, seconds: 900 },
  'POST /2/media/upload/{id}/finalize': { calls: 1875, seconds: 900 },
};

/** A simulated X: what the real one refuses, it refuses. */
export class XSimulator {
  readonly faults = new Faults();
  readonly calls: ApiContext['calls'] = [];
  readonly world: World;
  readonly webhooks: Webhooks;
  readonly app: SimApp;
  url = '';
  /** Hears of every message a brand sent. */
  onSent: (message: SimDirectMessage) => void = () => {};
  readonly mediaOptions: MediaOptions;
  private stop: () => Promise<void> = () => Promise.resolve();

  private constructor(private readonly options: XSimulatorOptions) {
    this.app = options.app ?? { consumerKey: 'sim-consumer-key', consumerSecret: 'sim-consumer-secret' };
    this.world = new World(options.now ?? Date.now);
    this.webhooks = new Webhooks(this.world, this.app);
    this.mediaOptions = { processingSteps: 0, keepBytes: true, ...options.media };
  }

  static async start(options: XSimulatorOptions = {}): Promise<XSimulator> {
    const simulator = new XSimulator(options);
    const served = await serve(simulator.express(), options.port ?? 0);
    simulator.url = served.url;
    simulator.stop = () => served.close();
    return simulator;
  }

  close(): Promise<void> {
    return this.stop();
  }

  /** Makes a brand with keys of its own for the app. */
  addBrand(id: string, username: string, name: string) {
    const keys = { ...this.app, accessToken: `${id}-sim-token`, accessTokenSecret: `sim-token-secret-${id}` };
    this.world.addUser({ id, username, name }, keys);
    return keys;
  }

  /** Where a message's media can be fetched: photos need a signed request. */
  mediaUrl = (media: SimMedia): string =>
    media.type === 'photo' ? `${this.url}/1.1/ton/data/dm/${media.id}` : `${this.url}/media/${media.id}`;

  /** Wraps messages as X would for the given subscribed user. */
  envelope(shape: EnvelopeShape, forUserId: string, ...messages: SimDirectMessage[]): object {
    return envelopeOf(shape, this.world, forUserId, messages, this.mediaUrl);
  }

  private express() {
    const app = express();
    const context: ApiContext = {
      world: this.world,
      limits: new RateLimits(this.world.now, { ...usualLimits, ...this.options.limits }),
      calls: this.calls,
      url: () => this.url,
    };
    app.disable('x-powered-by');
    app.use(this.faults.middleware);
    app.use(express.json({ limit: '8mb' }));
    app.use(this.webhooks.routes());
    app.use(apiRoutes(context, (message) => this.onSent(message)));
    app.use(mediaRoutes(context, this.mediaOptions));
    app.use(fileRoutes(this.world, () => this.url));
    return app;
  }
}
