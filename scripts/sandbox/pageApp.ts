import express, { type Express, type Response } from 'express';
import { join } from 'node:path';
import type { HostAttachment } from '../../test/simulators/host/state';
import type { ChatPerson } from '../../test/simulators/x/chat/chatPerson';
import type { SimMedia } from '../../test/simulators/x/world';
import type { Stage } from './sandbox';
import { snapshotOf } from './snapshot';

interface Writing {
  text?: string;
  file?: { name: string; type: string; base64: string };
  /** Everybody may read it, instead of the brand alone. */
  public?: boolean;
  /** Only the brand can read it, not even X. */
  encrypted?: boolean;
  /** The brand it is written to. */
  to?: string;
}

const folder = join(__dirname.replace(/([\\/])dist([\\/]scripts[\\/])/, '$1$2'), 'page');

/** The page's server: the files, the state as a stream of events, and what the two people do. */
export function pageApp(stage: Stage): { app: Express; changed: () => void } {
  const app = express();
  const listeners = new Set<Response>();
  const outage = { host: false };
  let scheduled = false;
  const send = (response: Response) =>
    response.write(`data: ${JSON.stringify(snapshotOf(stage, outage.host))}\n\n`);
  const changed = () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(() => {
      scheduled = false;
      for (const listener of listeners) send(listener);
    }, 30);
  };
  app.use(express.static(folder));
  app.get('/about', (_request, response) => {
    response.json(stage.about);
  });
  app.use(express.json({ limit: '60mb' }));
  app.get('/events', (request, response) => {
    response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    listeners.add(response);
    send(response);
    request.once('close', () => listeners.delete(response));
  });
  addPeople(app, stage, changed);
  addDeletion(app, stage, changed);
  app.post('/outage', (_request, response) => {
    outage.host = !outage.host;
    stage.host.faults.clear();
    if (outage.host)
      stage.host.faults.add({ when: /^\w+ \/api\/(?!plugins)/, cut: 'before', times: Infinity });
    changed();
    response.json({});
  });
  addFiles(app, stage);
  return { app, changed };
}

function addDeletion(app: Express, { x }: Stage, changed: () => void): void {
  app.post('/posts/:id/delete', (request, response) => {
    const post = x.world.posts.find(({ id }) => id === request.params['id']);
    if (post) void x.deletePost(post);
    changed();
    response.json({});
  });
}

function addPeople(app: Express, stage: Stage, changed: () => void): void {
  const { x, host, brandId, brands, chatPeople } = stage;
  app.post('/customers/:id', async (request, response) => {
    const { text = '', file, public: inPublic, encrypted, to } = request.body as Writing;
    const addressee = brands.find(({ id }) => id === to)?.id ?? brandId;
    const person = chatPeople.get(request.params['id']);
    if (encrypted && person) {
      await writeEncrypted(person, brandId, text, file);
      changed();
      response.json({});
      return;
    }
    const media = file && x.world.addMedia(file.type, Buffer.from(file.base64, 'base64'));
    const from = request.params['id'];
    void x.feed.publish(
      inPublic
        ? { kind: 'post', post: x.world.addPost(from, text, media ? { media: [media] } : {}) }
        : { kind: 'message', message: x.world.addMessage(from, addressee, text, media) },
    );
    changed();
    response.json({});
  });
  app.post('/interactions/:id', async (request, response) => {
    const { text = '', file } = request.body as Writing;
    const interaction = host.state.interactions.find(({ id }) => String(id) === request.params['id']);
    if (!interaction) {
      response.status(404).json({});
      return;
    }
    const attachment =
      file && host.state.addAttachment(file.name, file.type, Buffer.from(file.base64, 'base64'));
    const answering = host.agentWrites(interaction, text, attachment);
    changed();
    const outcome = await answering.catch((error: unknown) => ({
      status: 0,
      body: { error: { message: String(error) } },
    }));
    changed();
    response.json(outcome);
  });
}

function writeEncrypted(
  person: ChatPerson,
  brandId: string,
  text: string,
  file: Writing['file'],
): Promise<unknown> {
  return file
    ? person.sendFile(brandId, text, file.type, Buffer.from(file.base64, 'base64'))
    : person.say(brandId, text);
}

function addFiles(app: Express, { x, host, brandId, chatPeople }: Stage): void {
  const send = (response: Response, file: { type: string; content: Buffer | undefined } | undefined) => {
    if (file?.content) response.type(file.type).send(file.content);
    else response.status(404).end();
  };
  const ofX = (media: SimMedia | undefined) => media && { type: media.mime, content: media.content };
  const ofHost = (file: HostAttachment | undefined) => file && { type: file.type, content: file.content };
  app.get('/files/x/:id', (request, response) =>
    send(response, ofX(x.world.media.get(request.params['id']))),
  );
  app.get('/files/chat/:customer/:hashKey', (request, response) => {
    const { customer, hashKey } = request.params;
    const { type } = request.query;
    const content = chatPeople.get(customer)?.readFile(brandId, hashKey);
    send(response, { type: typeof type === 'string' ? type : '', content });
  });
  app.get('/files/host/:id', (request, response) =>
    send(response, ofHost(host.state.attachments.find(({ id }) => String(id) === request.params['id']))),
  );
}
