import busboy from 'busboy';
import express, { Router, type Request, type RequestHandler } from 'express';
import { contactFields, refuseNotification, type HostAttachment, type HostState } from './state';

export interface HostOptions {
  username: string;
  password: string;
  apiKey: string;
  /** Old hosts know notify only as receive. */
  notifyVerb: 'notify' | 'receive';
  /** Whether the plugin's user may change an Open Channel account. */
  takesReplyUrl: boolean;
  /** Whether downloads say how long they are. */
  tellsLength: boolean;
  attachmentLimit: number;
  /** Whether notify answers with what it stored; some hosts say nothing. */
  tellsIds: boolean;
  /** How many messages of an interaction a page holds, and which come first. */
  messagePages: { size: number; first: 'oldest' | 'newest' };
}

interface Hooks {
  onMessage: () => void;
  refuses: (body: string) => boolean;
}

/** The host's API as far as plugins use it. */
export function hostRoutes(state: HostState, options: HostOptions, hooks: Hooks): Router {
  const router = Router();
  router.use(signIn(state, options));
  router.get('/users/whoami', (request, response) => {
    const user = userOf(state, request);
    response.json({ id: 1, name: user?.name ?? options.username, role: user?.role ?? 'admin' });
  });
  addOpenChannel(router, state, options, hooks);
  addAttachments(router, state, options);
  return router;
}

const basicOf = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

const userOf = (state: HostState, request: Request) =>
  state.users.find(({ name, password }) => request.headers.authorization === basicOf(name, password));

function signIn(state: HostState, { username, password, apiKey }: HostOptions): RequestHandler {
  const basic = basicOf(username, password);
  return (request, response, next) => {
    const { authorization } = request.headers;
    if (authorization === basic || request.query['apikey'] === apiKey || authorization === `Bearer ${apiKey}`)
      next();
    else if (userOf(state, request)) next();
    else response.status(401).json({ message: 'Unauthorized' });
  };
}

function addOpenChannel(
  router: Router,
  state: HostState,
  options: HostOptions,
  { onMessage, refuses }: Hooks,
): void {
  const accountOf = (request: Request) =>
    state.accounts.find(({ id }) => String(id) === request.params['id']);
  router.get('/openchannel/accounts', (_request, response) => {
    response.json({ count: state.accounts.length, rows: state.accounts });
  });
  router.get('/openchannel/accounts/:id', (request, response) => {
    const account = accountOf(request);
    if (account) response.json(account);
    else response.status(404).json({ message: 'Not found' });
  });
  router.put('/openchannel/accounts/:id', express.json(), (request, response) => {
    const account = accountOf(request);
    const { replyUrl } = request.body as { replyUrl?: unknown };
    if (!account) response.status(404).json({ message: 'Not found' });
    else if (!options.takesReplyUrl) response.status(403).json({ message: 'Forbidden' });
    else {
      if (typeof replyUrl === 'string') account.replyUrl = replyUrl;
      response.json(account);
    }
  });
  router.post(`/openchannel/accounts/:id/${options.notifyVerb}`, express.json(), (request, response) => {
    const account = accountOf(request);
    if (!account) {
      response.status(404).json({ message: 'Not found' });
      return;
    }
    const body = request.body as Record<string, unknown>;
    const refusal = refuses(String(body['body']))
      ? 'body is not valid'
      : refuseNotification(state, account, body);
    if (refusal !== undefined) {
      response.status(400).json({ message: refusal });
      return;
    }
    const from = String(body['from']);
    let contact = state.contactBy(account.mapKey, from);
    if (!contact) {
      contact = { id: state.newId(), fields: { ...contactFields(request), [account.mapKey]: from } };
      state.contacts.push(contact);
    }
    const threadId = typeof body['threadId'] === 'string' ? body['threadId'] : null;
    const interaction = state.interactionOf(contact, account, threadId);
    const attachmentId = typeof body['AttachmentId'] === 'number' ? body['AttachmentId'] : null;
    const message = state.addMessage(interaction, 'in', String(body['body']), attachmentId);
    state.notifications.push(body);
    onMessage();
    response.status(201).json(options.tellsIds ? message : {});
  });
  router.get('/cm/contacts', (request, response) => {
    const wanted = Object.entries(request.query).filter(([name]) => name !== 'limit' && name !== 'offset');
    const rows = state.contacts
      .filter(({ fields }) => wanted.every(([name, value]) => fields[name] === value))
      .map(({ id, fields }) => ({ id, ...fields }));
    response.json({ count: rows.length, rows });
  });
  router.put('/cm/contacts/:id', express.json(), (request, response) => {
    const contact = state.contacts.find(({ id }) => String(id) === request.params['id']);
    if (!contact) {
      response.status(404).json({ message: 'Not found' });
      return;
    }
    contact.fields = { ...contact.fields, ...contactFields(request) };
    response.json({ id: contact.id, ...contact.fields });
  });
  router.get('/openchannel/interactions/:id', (request, response) => {
    const found = state.interactions.find(({ id }) => String(id) === request.params['id']);
    if (found) response.json(found);
    else response.status(404).json({ message: 'Not found' });
  });
  router.get('/openchannel/interactions/:id/messages', (request, response) => {
    const all = state.messages.filter(
      (each) => String(each.OpenchannelInteractionId) === request.params['id'],
    );
    const { size, first } = options.messagePages;
    const offset = Number(request.query['offset'] ?? 0);
    const limit = Math.min(size, Number(request.query['limit'] ?? size));
    const sorted = first === 'oldest' ? all : [...all].reverse();
    response.json({ count: all.length, rows: sorted.slice(offset, offset + limit) });
  });
}

function addAttachments(router: Router, state: HostState, options: HostOptions): void {
  const find = (request: Request) => state.attachments.find(({ id }) => String(id) === request.params['id']);
  router.post('/attachments', (request, response) => {
    if (!/^multipart\/form-data/.test(request.get('content-type') ?? '')) {
      response.status(400).json({ message: 'multipart expected' });
      return;
    }
    const chunks: Buffer[] = [];
    let name: string | undefined;
    let type = '';
    const reader = busboy({ headers: request.headers });
    reader.on('file', (field, stream, info) => {
      if (field === 'file') ({ filename: name, mimeType: type } = info);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    });
    reader.on('error', () => response.status(400).json({ message: 'broken upload' }));
    reader.on('close', () => {
      const content = Buffer.concat(chunks);
      if (name === undefined || content.length === 0)
        response.status(400).json({ message: 'field file is required' });
      else if (content.length > options.attachmentLimit)
        response.status(413).json({ message: 'file too large' });
      else response.status(201).json(publicAttachment(state.addAttachment(name, type, content)));
    });
    request.pipe(reader);
  });
  router.get('/attachments/:id', (request, response) => {
    const attachment = find(request);
    if (attachment) response.json(publicAttachment(attachment));
    else response.status(404).json({ message: 'Not found' });
  });
  router.get('/attachments/:id/download', (request, response) => {
    const attachment = find(request);
    if (!attachment) {
      response.status(404).json({ message: 'Not found' });
      return;
    }
    response.type(attachment.type);
    if (options.tellsLength) response.set('content-length', String(attachment.content.length));
    response.write(attachment.content);
    response.end();
  });
}

const publicAttachment = ({ id, name, basename, path, type }: HostAttachment) => ({
  id,
  name,
  basename,
  path,
  type,
});
