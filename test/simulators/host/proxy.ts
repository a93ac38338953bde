import express, { type RequestHandler } from 'express';

export interface ProxyOptions {
  /** Headers that do not get through. */
  drops: string[];
  /** Nothing but GET and POST, the path and the body gets through, either way. */
  bare?: boolean;
}

/**
 * The host's `/api/plugins/webhook`: reaches any path of a plugin's port from outside. With
 * `encoding=binary` the body's bytes stay as they are; without it they are parsed and written again.
 */
export function pluginProxy(options: ProxyOptions): RequestHandler[] {
  const forward: RequestHandler = async (request, response) => {
    const { port, path, encoding, ...others } = request.query as Record<string, string>;
    if (!port || !path) {
      response.status(400).json({ message: 'port and path are required' });
      return;
    }
    const target = new URL(`http://127.0.0.1:${port}${path}`);
    for (const [name, value] of Object.entries(others)) target.searchParams.set(name, value);
    if (options.bare && request.method !== 'GET' && request.method !== 'POST') {
      response.status(405).json({ message: 'method not allowed' });
      return;
    }
    const dropped = new Set(['host', 'connection', 'content-length', ...options.drops]);
    const sent = options.bare ? {} : request.headers;
    const headers = Object.fromEntries(
      Object.entries(sent).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string' && !dropped.has(entry[0]),
      ),
    );
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const body =
      encoding === 'binary' ? raw : Buffer.from(JSON.stringify(JSON.parse(raw.toString() || 'null')));
    try {
      const answer = await fetch(target, {
        method: request.method,
        headers,
        ...(request.method === 'GET' ? {} : { body }),
      });
      if (!options.bare)
        for (const cookie of answer.headers.getSetCookie()) response.append('set-cookie', cookie);
      response.status(answer.status).type(answer.headers.get('content-type') ?? 'text/plain');
      response.send(Buffer.from(await answer.arrayBuffer()));
    } catch {
      response.status(502).json({ message: 'the plugin does not answer' });
    }
  };
  return [express.raw({ type: () => true, limit: '5mb' }), forward];
}
