import type { RequestListener } from 'node:http';
import type { AccountRegistry } from '../accounts/accountRegistry';
import { ReplyUrl } from '../accounts/replyUrl';
import type { Admin } from '../admin/admin';
import type { RunningPlugin } from '../admin/runningPlugin';
import type { Health } from '../core/health';
import { rateLimitedLog } from '../core/rateLimitedLog';
import { adminRoutes } from '../http/admin';
import { Bodies } from '../http/bodies';
import { withEvents } from '../http/events';
import { healthRoutes } from '../http/health';
import { messagesRoutes } from '../http/messages';
import type { Metrics } from '../http/metrics';
import { oauth2CallbackRoutes } from '../http/oauth2Callback';
import { panelRoutes } from '../http/panel';
import { replyRoutes } from '../http/reply';
import { createApp } from '../http/server';
import { createWebhook } from '../x/delivery/webhook';
import type { Pipelines } from './pipelines';

export interface RoutesOptions {
  accounts: AccountRegistry;
  pipelines: Pipelines;
  metrics: Metrics;
  health: () => Promise<Health>;
  replyToken: () => string;
  /** The panel's page, and the plugin as its API sees it; undefined for no panel. */
  panel: { dir: string; plugin: RunningPlugin; admin: Admin } | undefined;
}

/** Every address that the plugin answers at. */
export function createRequestListener(options: RoutesOptions): RequestListener {
  const { accounts, pipelines, metrics, health, replyToken, panel } = options;
  const { clock, log, counters } = pipelines.ports;
  const bodies = new Bodies();
  const webhook = createWebhook(() => accounts.active(), {
    ingest: (batch, account) => pipelines.ingest(batch, account),
    counters,
    log,
    clock,
  });
  const replyUrl = new ReplyUrl(accounts, { ...pipelines.ports, worker: pipelines.outbound });
  const app = createApp(
    [
      { path: '/api/messages', router: messagesRoutes(webhook) },
      { path: '/', router: replyRoutes(replyToken, replyUrl, bodies, rateLimitedLog(log, clock)) },
      { path: '/', router: healthRoutes(health) },
      { path: '/', router: metrics.routes },
      ...(panel ? panelRoutesOf(panel, bodies) : []),
    ],
    log,
  );
  return withEvents(webhook, bodies, log, app);
}

function panelRoutesOf({ dir, plugin, admin }: NonNullable<RoutesOptions['panel']>, bodies: Bodies) {
  const hostUrl = () => plugin.live().config.host.baseUrl;
  return [
    { path: '/', router: panelRoutes({ dir, hostUrl, port: () => plugin.live().port }) },
    { path: '/', router: adminRoutes(admin, bodies) },
    { path: '/', router: oauth2CallbackRoutes((answer) => admin.oauth2Callback(answer)) },
  ];
}
