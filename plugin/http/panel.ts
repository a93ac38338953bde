import express, { Router, type RequestHandler } from 'express';
import helmet from 'helmet';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PanelOptions {
  /** The folder of the built page. */
  dir: string;
  /** Where the host is, which may show the page in a frame; empty while it is not known. */
  hostUrl: () => string;
  port: () => number;
}

/**
 * The panel's page at `/panel/`, and at `/panel/framed` as the host's proxy can show it: there the page's own
 * address has no folder, so its files are asked for through the proxy, too.
 */
export function panelRoutes({ dir, hostUrl, port }: PanelOptions): Router {
  const router = Router();
  router.use(['/panel', '/api/admin'], headers(hostUrl));
  router.get('/panel', (request, response, next) => {
    if (request.path.endsWith('/')) next();
    else response.redirect('panel/');
  });
  router.get('/panel/framed', (_request, response, next) => {
    const page = join(dir, 'index.html');
    if (!existsSync(page)) {
      next();
      return;
    }
    const through = (file: string) => `="?port=${port()}&amp;encoding=binary&amp;path=/panel/${file}"`;
    const html = readFileSync(page, 'utf8').replace(/="(panel\.(?:js|css))"/g, (_found, file: string) =>
      through(file),
    );
    response.type('html').send(html);
  });
  router.use('/panel', express.static(dir, { index: 'index.html', cacheControl: false }));
  return router;
}

/** Nothing inline, nothing from elsewhere, framed by the host alone (OWASP secure headers). */
function headers(hostUrl: () => string): RequestHandler {
  const frames = () => {
    const host = hostUrl();
    return URL.canParse(host) ? new URL(host).origin : "'self'";
  };
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        formAction: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'self'", frames],
      },
    },
    // The older header knows only one origin, and says no to the host's frame.
    xFrameOptions: false,
    strictTransportSecurity: false,
  });
}
