import express from 'express';
import { Faults } from '../faults';
import { serve } from '../serve';
import type { ApiContext } from './answers';
import { ChatPerson } from './chat/chatPerson';
import { chatRoutes } from './chat/chatRoutes';
import { ChatWorld } from './chat/chatWorld';
import { KeyBackup } from './chat/keyBackup';
import { apiRoutes } from './apiRoutes';
import { envelopeOf, type EnvelopeShape } from './envelopes';
import { Feed } from './feed';
import type { SimDialect } from './dialect';
import { fileRoutes } from './fileRoutes';
import { mediaRoutes, type MediaOptions } from './mediaRoutes';
import { OAuth2Authority } from './oauth2';
import { postRoutes, type PostRules } from './postRoutes';
import { RateLimits, type Limit } from './rateLimits';
import { ActivityStream, type StreamOptions } from './stream';
import { accountActivityV1Routes, Subscriptions } from './subscriptions';
import { signInRoutes } from './signInRoutes';
import type { SignInRules } from './signIns';
import { timelineRoutes } from './timelines';
import { Webhooks, type SimApp, type Validation } from './webhooks';
import { World, type SimDirectMessage, type SimMedia, type SimPost } from './world';

export interface XSimulatorOptions {
  app?: SimApp;
  port?: number;
  now?: () => number;
  /** Calls per window by `METHOD /path/in/the/document`; X's own numbers unless told. */
  limits?: Record<string, Limit>;
  media?: Partial<MediaOptions>;
  stream?: Partial<StreamOptions>;
  posts?: Partial<PostRules>;
  /** How many webhooks and subscriptions the app may have. */
  maxWebhooks?: number;
  maxSubscriptions?: number;
  /** The app's dev environments for Account Activity v1.1. */
  environments?: string[];
  /** The most that a page of messages or posts holds; X's document says how many may be asked for. */
  maxPageSize?: number;
  /** What the app's access level leaves out, by path. */
  barred?: RegExp;
  /** Where an address on the internet leads in this test. */
  resolve?: (url: string) => string;
  /** How long after the first try X tries again what a webhook did not take, in ms. */
  retriesMs?: readonly number[];
  /** Calls a task after so many milliseconds of X's clock. */
  after?: (ms: number, task: () => void) => void;
  /** What X answers when it is asked to validate a webhook. */
  validation?: Validation;
  /** Which of X's sources its sign-ins are held to; the documents, which are the stricter, unless told. */
  signInRules?: SignInRules;
  /** The names X knows; those of its documents unless told. */
  dialect?: SimDialect;
  /** Answers in the shapes of X's local emulator. */
  emulator?: boolean;
}

/** Three more tries within about five minutes. */
const usualRetriesMs = [30_000, 120_000, 300_000];

/** X's own numbers for the calls that have tight ones. */
const usualLimits: Record<string, Limit> = {
  'POST /2/dm_conversations/with/{participant_id}/messages': { calls: 15, seconds: 900 },
  'POST /2/dm_conversations/{dm_conversation_id}/messages': { calls: 15, seconds: 900 },
  'GET /2/dm_conversations/with/{participant_id}/dm_events': { calls: 15, seconds: 900 },
  'GET /2/dm_conversations/{id}/dm_events': { calls: 15, seconds: 900 },
  'GET /2/dm_events': { calls: 15, seconds: 900 },
  'GET /2/users/{id}/mentions': { calls: 15, seconds: 900 },
  'POST /2/media/upload/initialize': { calls: 1875, seconds: 900 },
  'POST /2/media/upload/{id}/append': { calls: 1875, seconds: 900 },
  'POST /2/media/upload/{id}/finalize': { calls: 1875, seconds: 900 },
  'GET /2/webhooks': { calls: 450, seconds: 900 },
  'POST /2/webhooks': { calls: 450, seconds: 900 },
};

/** A simulated X: what the real one refuses, it refuses. */
export class XSimulator {
  readonly faults = new Faults();
  readonly calls: ApiContext['calls'] = [];
  readonly mentionsRead: number[] = [];
  /** Every call that came in, taken or refused, as `METHOD /path`. */
  readonly traffic: string[] = [];
  /** How many calls are not answered yet, but for streams, which never are. */
  inFlight = 0;
  readonly world: World;
  readonly chat: ChatWorld;
  readonly webhooks: Webhooks;
  readonly subscriptions: Subscriptions;
  readonly stream: ActivityStream;
  readonly feed: Feed;
  readonly app: SimApp;
  url = '';
  /** Hears of every message a brand sent. */
  onSent: (message: SimDirectMessage) => void = () => {};
  /** Hears of every post a brand published. */
  onPosted: (post: SimPost) => void = () => {};
  /** An origin of this machine that counts as one of the internet, where a test needs the real address. */
  publicOrigin: string | undefined;
  /** Who is signed in on x.com in the browser of this test. */
  visitor = { id: '', username: '' };
  readonly oauth2: OAuth2Authority;
  readonly mediaOptions: MediaOptions;
  /** Where users keep copies of their chat keys, behind a PIN. */
  readonly keyBackup = new KeyBackup(() => this.url);
  private readonly limits: RateLimits;
  private stop: () => Promise<void> = () => Promise.resolve();

  private constructor(private readonly options: XSimulatorOptions) {
    this.app = options.app ?? { consumerKey: 'sim-consumer-key', consumerSecret: 'sim-consumer-secret' };
    this.world = new World(options.now ?? Date.now);
    this.oauth2 = new OAuth2Authority(this.world.now, () => this.visitor);
    this.chat = new ChatWorld(this.world);
    this.chat.onEvent = async (event, conversation) => {
      await this.feed.publish({ kind: 'chat', event, conversation });
    };
    this.limits = new RateLimits(this.world.now, { ...usualLimits, ...options.limits });
    this.webhooks = new Webhooks(this.world, {
      app: this.app,
      most: options.maxWebhooks ?? 5,
      environments: options.environments ?? ['prod'],
      publicOrigin: () => this.publicOrigin,
      resolve: options.resolve ?? ((url) => url),
      barred: options.barred,
      limits: this.limits,
      validation: options.validation ?? 'marks',
    });
    this.subscriptions = new Subscriptions(this.world, this.webhooks, options.maxSubscriptions ?? 50);
    this.stream = new ActivityStream(
      { connections: 1, heartbeatMs: 20_000, backfill: true, ...options.stream },
      this.world.now,
    );
    const context = { world: this.world, mediaUrl: this.mediaUrl };
    const wait = (ms: number, task: () => void) => void setTimeout(task, ms).unref();
    this.feed = new Feed(context, this.subscriptions, this.webhooks, this.stream, {
      retriesMs: options.retriesMs ?? usualRetriesMs,
      after: options.after ?? wait,
    });
    this.webhooks.replay = (webhook, from, to) => this.feed.replay(webhook, from, to);
    this.mediaOptions = { processingSteps: 0, keepBytes: true, ...options.media };
  }

  static async start(options: XSimulatorOptions = {}): Promise<XSimulator> {
    const simulator = new XSimulator(options);
    const served = await serve(simulator.express(), options.port ?? 0);
    simulator.url = served.url;
    simulator.stop = () => served.close();
    return simulator;
  }

  async close(): Promise<void> {
    this.stream.close();
    this.feed.close();
    await this.stop();
  }

  /** Makes a brand that has signed in both ways. @returns the keys as an account's settings hold them */
  addBrand(id: string, username: string, name: string) {
    const keys = this.keysOf(id, 'sim-token');
    this.world.addUser({ id, username, name }, keys);
    this.visitor = { id, username };
    return { ...keys, oauth2: this.oauth2KeysOf(id) };
  }

  /** An OAuth 2.0 sign-in of a brand, as an account's settings hold it. */
  oauth2KeysOf(brandId: string) {
    const { id, secret } = this.oauth2.client;
    return { clientId: id, clientSecret: secret, refreshToken: this.oauth2.seed(brandId) };
  }

  /** Has a user take part in encrypted chat, with keys of their own. */
  chatPerson(id: string): Promise<ChatPerson> {
    return ChatPerson.join(id, this.chat);
  }

  /** The brand takes the app's access away: its keys are dead, its subscriptions gone, and X says so. */
  async revoke(brandId: string): Promise<void> {
    this.endSignIns(brandId);
    const told = this.feed.publish({ kind: 'revoked', userId: brandId });
    this.subscriptions.dropUser(brandId);
    await told;
  }

  /** X takes none of a brand's sign-ins any longer. */
  endSignIns(brandId: string): void {
    for (const each of this.world.credentials.values()) if (each.userId === brandId) each.dead = true;
    this.oauth2.revoke(brandId);
  }

  /** The brand signs in again and has new keys. */
  renewKeys(brandId: string) {
    const keys = this.keysOf(brandId, `renewed-${this.world.newId()}`);
    const user = this.world.users.get(brandId);
    if (user) this.world.addUser(user, keys);
    return keys;
  }

  /** Somebody takes another handle. */
  async rename(userId: string, after: string): Promise<void> {
    const user = this.world.users.get(userId);
    if (!user) return;
    const before = user.username;
    user.username = after;
    await this.feed.publish({ kind: 'handle', userId, before, after });
  }

  /** Somebody deletes a post of theirs. */
  async deletePost(post: SimPost): Promise<void> {
    post.deleted = true;
    await this.feed.publish({ kind: 'post-deleted', post });
  }

  /** Where a message's media can be fetched: photos need a signed request. */
  mediaUrl = (media: SimMedia): string =>
    media.type === 'photo'
      ? `${this.url}/1.1/ton/data/dm/${media.id}/${media.id}/photo.jpg`
      : `${this.url}/media/${media.id}`;

  /** Wraps messages as X would for the given subscribed user. */
  envelope(shape: EnvelopeShape, forUserId: string, ...messages: SimDirectMessage[]): object {
    return envelopeOf(shape, this.world, forUserId, messages, this.mediaUrl);
  }

  private keysOf(brandId: string, token: string) {
    return {
      ...this.app,
      accessToken: `${brandId}-${token}`,
      accessTokenSecret: `sim-token-secret-${brandId}`,
    };
  }

  private express() {
    const app = express();
    const context: ApiContext = {
      world: this.world,
      limits: this.limits,
      barred: this.options.barred,
      maxPageSize: this.options.maxPageSize ?? Infinity,
      calls: this.calls,
      mentionsRead: this.mentionsRead,
      oauth2: this.oauth2,
      isApp: (authorization) => this.webhooks.isAppToken(authorization),
      signInRules: this.options.signInRules ?? 'documents',
      dialect: this.options.dialect ?? 'tweet',
      emulator: this.options.emulator ?? false,
      url: () => this.url,
    };
    app.disable('x-powered-by');
    app.use((request, response, next) => {
      this.traffic.push(`${request.method} ${request.path}`);
      response.set('date', new Date(this.world.now()).toUTCString());
      if (!request.path.endsWith('/stream')) {
        this.inFlight += 1;
        response.once('close', () => (this.inFlight -= 1));
      }
      next();
    });
    app.use(this.faults.middleware);
    app.use(express.json({ limit: '8mb' }));
    app.use(
      signInRoutes({
        app: this.app,
        now: this.world.now,
        url: () => this.url,
        visitor: () => this.visitor,
        keysFor: (userId) => this.renewKeys(userId),
      }),
    );
    app.use(this.oauth2.routes());
    app.use(this.webhooks.routes());
    app.use(this.subscriptions.routes(context));
    app.get(
      '/2/activity/stream',
      this.webhooks.bearer('/2/activity/stream', (request, response) =>
        this.stream.connect(request, response),
      ),
    );
    app.use(accountActivityV1Routes(context, this.webhooks, this.subscriptions));
    const rules = { needsSummons: true, takesDeepLink: true, longest: 280, ...this.options.posts };
    app.use(postRoutes(context, rules, (post) => this.onPosted(post)));
    app.use(timelineRoutes(context, this.mediaUrl));
    app.use(apiRoutes(context, (message) => this.onSent(message)));
    app.use(this.keyBackup.routes());
    app.use(chatRoutes(context, this.chat, (id) => this.keyBackup.configFor(id)));
    app.use(mediaRoutes(context, this.mediaOptions));
    app.use(fileRoutes(context));
    return app;
  }
}
