import { Router } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { CounterName, Counters } from '../core/ports';
import type { AccountHealth, Health } from '../core/health';

const counterShapes: Record<CounterName, { help: string; labelNames: string[] }> = {
  events: { help: 'Events X delivered', labelNames: ['account', 'kind', 'result'] },
  webhook_refusals: { help: 'Webhook calls refused for their signature', labelNames: ['reason'] },
  inbound: { help: 'Hand-overs to XCALLY Motion by result', labelNames: ['account', 'result'] },
  outbound: { help: 'Replies to customers by result', labelNames: ['account', 'result'] },
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
export function createMetrics(health: () => Promise<Health>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'openchannelx_' });
  const counters = new Map(
    Object.entries(counterShapes).map(([name, shape]) => [
      name,
      new Counter({ name: `openchannelx_${name}_total`, registers: [registry], ...shape }),
    ]),
  );
  const show = healthGauges(registry);
  const router = Router();
  router.get('/metrics', async (_request, response) => {
    show(await health());
    response.type(registry.contentType).send(await registry.metrics());
  });
  return {
    counters: { count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by) },
    routes: router,
  };
}

/** What `/health` says, in numbers. @returns shows them anew */
function healthGauges(registry: Registry): (health: Health) => void {
  const registers = [registry];
  const messages = new Gauge({
    name: 'openchannelx_messages',
    help: 'Messages that wait or were set aside',
    labelNames: ['account', 'direction', 'state'],
    registers,
  });
  const unanswered = new Gauge({
    name: 'openchannelx_unanswered_customers',
    help: 'Customers without a reply from an agent for longer than the settings allow',
    labelNames: ['account'],
    registers,
  });
  const well = new Gauge({
    name: 'openchannelx_well',
    help: 'Whether a part of an active account works (1) or needs somebody (0)',
    labelNames: ['account', 'part'],
    registers,
  });
  const storeWell = new Gauge({
    name: 'openchannelx_store_well',
    help: 'Whether messages can be kept (1) or not (0)',
    registers,
  });
  const nodeSeen = new Gauge({
    name: 'openchannelx_node_seen_seconds',
    help: 'When a process that shares the database was last seen, in seconds since 1970',
    labelNames: ['node'],
    registers,
  });
  const nodeWorks = new Gauge({
    name: 'openchannelx_node_works',
    help: 'Which process handles an account (1)',
    labelNames: ['node', 'account'],
    registers,
  });
  return ({ accounts, store, nodes = [] }) => {
    nodeSeen.reset();
    nodeWorks.reset();
    for (const { name: node, lastSeenAt, accounts: worked } of nodes) {
      nodeSeen.set({ node }, Date.parse(lastSeenAt) / 1000);
      for (const account of worked) nodeWorks.set({ node, account }, 1);
    }
    messages.reset();
    well.reset();
    unanswered.reset();
    storeWell.set(Number(store.state === 'ok'));
    for (const [account, each] of Object.entries(accounts)) {
      unanswered.set({ account }, each.inbound.unanswered);
      messages.set({ account, direction: 'in', state: 'waiting' }, each.inbound.waiting);
      messages.set({ account, direction: 'in', state: 'failed' }, each.inbound.setAside);
      messages.set({ account, direction: 'out', state: 'waiting' }, each.outbound.waiting);
      messages.set({ account, direction: 'out', state: 'failed' }, each.outbound.failed);
      for (const [part, works] of Object.entries(each.active ? partsOf(each) : {}))
        well.set({ account, part }, Number(works));
    }
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
