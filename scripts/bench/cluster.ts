import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { PostgresServer, postgresPrograms } from '../../test/support/postgres';
import { signedEvents } from './events';
import { median, plain, runs, type Figure } from './figure';
import { push } from './load';
import { BenchHost, BenchPlugin, type Running } from './stage';

const connections = 32;
const messages = 3_000;
const warmUp = 1_000;
const path = '/api/messages';
const nodeCounts = [1, 2, 3];

/** Everything has begun by then. Milliseconds. */
const settleMs = 5_000;
const idleMs = 20_000;

/** PostgreSQL against SQLite, processes against one, all on this machine; and what one costs that has nothing to do. */
export async function cluster(): Promise<Figure[]> {
  const programs = postgresPrograms();
  if (programs === undefined)
    return [{ name: 'several processes with PostgreSQL', value: 'not measured: it is not installed' }];
  process.env['DATA_KEY'] ??= 'of-the-bench';
  const server = new PostgresServer(programs, { fsync: true });
  const host = await BenchHost.start();
  host.manner = 'never';
  try {
    const sqlite: number[] = [];
    const postgres = new Map(nodeCounts.map((count) => [count, [] as number[]]));
    for (let run = 0; run < runs; run += 1) {
      sqlite.push(await acknowledged(host, 1, undefined));
      for (const count of nodeCounts)
        postgres.get(count)?.push(await acknowledged(host, count, server.newDatabase()));
    }
    const ratio = (to: number[], of: number[]) => median(of.map((value, run) => value / (to[run] ?? NaN)));
    const one = postgres.get(1) ?? [];
    return [
      plain('PostgreSQL: acknowledged a second, durable', median(one), '/s'),
      { name: 'PostgreSQL: to SQLite', value: `${ratio(sqlite, one).toFixed(2)} : 1` },
      ...[2, 3].map((count) => ({
        name: `PostgreSQL: ${count} processes to one`,
        value: `${ratio(one, postgres.get(count) ?? []).toFixed(2)} : 1`,
      })),
      ...(await idle(host, server.newDatabase())),
    ];
  } finally {
    host.close();
    server.stop();
  }
}

/** Events a second that processes acknowledge which share a database, the load spread over them. */
async function acknowledged(host: BenchHost, count: number, url: string | undefined): Promise<number> {
  const plugins: BenchPlugin[] = [];
  const running: Running[] = [];
  for (let node = 0; node < count; node += 1) {
    const plugin = await BenchPlugin.prepare(host, url === undefined ? {} : { store: { url } });
    plugins.push(plugin);
    running.push(await plugin.start());
  }
  const all = (number: number) => {
    const events = signedEvents(number * count);
    return Promise.all(
      running.map((node, index) =>
        push(
          `${node.url}${path}`,
          events.slice(index * number, (index + 1) * number),
          Math.ceil(connections / count),
        ),
      ),
    );
  };
  await all(Math.ceil(warmUp / count));
  const began = performance.now();
  await all(Math.ceil(messages / count));
  const perSecond = messages / ((performance.now() - began) / 1000);
  for (const node of running) await node.stop();
  host.release();
  for (const plugin of plugins) plugin.remove();
  return perSecond;
}

async function idle(host: BenchHost, url: string): Promise<Figure[]> {
  const plugin = await BenchPlugin.prepare(host, { store: { url } });
  const node = await plugin.start();
  const client = new Client({ connectionString: url });
  await client.connect();
  const transactions = async () => {
    const { rows } = await client.query<{ n: string }>(
      'SELECT xact_commit + xact_rollback AS n FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(rows[0]?.n ?? NaN);
  };
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const before = { cpu: cpuSeconds(node), transactions: await transactions() };
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const used = cpuSeconds(node) - before.cpu;
  // The statistics of PostgreSQL come a second late, at the beginning as at the end.
  const asked = (await transactions()) - before.transactions;
  const memory = node.memory();
  await client.end();
  await node.stop();
  plugin.remove();
  return [
    plain('PostgreSQL: an idle process takes of one core', (used * 100_000) / idleMs, '%', 1),
    plain('PostgreSQL: an idle process asks the database', (asked * 1_000) / idleMs, 'times/s', 1),
    plain('PostgreSQL: an idle process holds', memory, 'MB'),
  ];
}

/** User and system time of a process (proc(5)); a tick is a hundredth of a second. */
function cpuSeconds(node: Running): number {
  const fields =
    readFileSync(`/proc/${node.child.pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
