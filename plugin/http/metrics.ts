import { Router } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { CounterName, Counters, Depths, QueueDepths } from '../bridge/ports';

const counterShapes: Record<CounterName, { help: string; labelNames: string[] }> = {
  events: { help: 'Events X delivered', labelNames: ['account', 'kind', 'result'] },
  webhook_refusals: { help: 'Webhook calls refused for their signature', labelNames: ['reason'] },
  inbound: { help: 'Hand-overs to the host by result', labelNames: ['account', 'result'] },
  outbound: { help: 'Answers to customers by result', labelNames: ['account', 'result'] },
  host_calls: { help: 'Calls to the host', labelNames: ['call', 'status'] },
  filtered: { help: 'Messages kept from the agents by a filter', labelNames: ['account', 'filter'] },
  bot: { help: 'Messages given to the bot by result', labelNames: ['account', 'result'] },
  automatic: { help: 'Messages the plugin wrote by itself', labelNames: ['account', 'kind'] },
  x_calls: { help: 'Calls to X', labelNames: ['account', 'call', 'status'] },
};

export interface Metrics {
  counters: Counters;
  routes: Router;
}

/** `GET /metrics` in Prometheus text, and the counters behind it. */
export function createMetrics(accounts: () => readonly string[], depths: QueueDepths): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'openchannelx_' });
  const counters = new Map(
    Object.entries(counterShapes).map(([name, shape]) => [
      name,
      new Counter({ name: `openchannelx_${name}_total`, registers: [registry], ...shape }),
    ]),
  );
  depthGauge(registry, accounts, depths);
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return {
    counters: { count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by) },
    routes: router,
  };
}

function depthGauge(registry: Registry, accounts: () => readonly string[], depths: QueueDepths): void {
  new Gauge({
    name: 'openchannelx_messages',
    help: 'Messages that wait or were set aside',
    labelNames: ['account', 'direction', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const account of accounts()) {
        const set = (direction: string, { waiting, failed }: Depths) => {
          this.set({ account, direction, state: 'waiting' }, waiting);
          this.set({ account, direction, state: 'failed' }, failed);
        };
        set('in', depths.inbound(account));
        set('out', depths.outbound(account));
      }
    },
  });
}
