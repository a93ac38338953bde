import { Router } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { CounterName, Counters } from '../core/ports';
import type { AccountHealth, Health } from '../core/health';

const counterShapes: Record<CounterName, { help: string; labelNames: string[] }> = {
  events: { help: 'Events X delivered', labelNames: ['account', 'kind', 'result'] },
  webhook_refusals: { help: 'Webhook calls refused for their signature', labelNames: ['reason'] },
  inbound: { help: 'Hand-overs to XCALLY Motion by result', labelNames: ['account', 'result'] },
  outbound: { help: 'Answers to customers by result', labelNames: ['account', 'result'] },
  host_calls: { help: 'Calls to XCALLY Motion', labelNames: ['call', 'status'] },
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
export function createMetrics(health: () => Health): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'openchannelx_' });
  const counters = new Map(
    Object.entries(counterShapes).map(([name, shape]) => [
      name,
      new Counter({ name: `openchannelx_${name}_total`, registers: [registry], ...shape }),
    ]),
  );
  healthGauges(registry, oncePerTurn(health));
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return {
    counters: { count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by) },
    routes: router,
  };
}

/** What `/health` says, in numbers. */
function healthGauges(registry: Registry, health: () => Health): void {
  const registers = [registry];
  new Gauge({
    name: 'openchannelx_messages',
    help: 'Messages that wait or were set aside',
    labelNames: ['account', 'direction', 'state'],
    registers,
    collect() {
      this.reset();
      for (const [account, { inbound, outbound }] of Object.entries(health().accounts)) {
        this.set({ account, direction: 'in', state: 'waiting' }, inbound.waiting);
        this.set({ account, direction: 'in', state: 'failed' }, inbound.setAside);
        this.set({ account, direction: 'out', state: 'waiting' }, outbound.waiting);
        this.set({ account, direction: 'out', state: 'failed' }, outbound.failed);
      }
    },
  });
  new Gauge({
    name: 'openchannelx_well',
    help: 'Whether a part of an active account works (1) or needs somebody (0)',
    labelNames: ['account', 'part'],
    registers,
    collect() {
      this.reset();
      for (const [account, each] of Object.entries(health().accounts))
        for (const [part, works] of Object.entries(each.active ? partsOf(each) : {}))
          this.set({ account, part }, Number(works));
    },
  });
  new Gauge({
    name: 'openchannelx_store_well',
    help: 'Whether messages can be kept (1) or not (0)',
    registers,
    collect() {
      this.set(Number(health().store.state === 'ok'));
    },
  });
}

/** Several gauges ask for it in one scrape, and messages are counted once. */
function oncePerTurn<T>(read: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    if (!known) setImmediate(() => (known = undefined));
    known ??= { value: read() };
    return known.value;
  };
}

function partsOf({ inbound, outbound, webhook, signIn, chat }: AccountHealth): Record<string, boolean> {
  return {
    inbound: inbound.state === 'ok',
    outbound: outbound.state === 'ok',
    supply: webhook.state !== 'trouble',
    x_sign_in: signIn.x.state !== 'refused',
    host_sign_in: signIn.host.state !== 'refused',
    chat: ['ok', 'off', 'starting'].includes(chat.state),
  };
}
