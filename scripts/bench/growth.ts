import { cpSync, mkdirSync } from 'node:fs';
import { StoreFile } from '../../plugin/store/sqlite/database';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { signedEvents } from './events';
import { atLeast, median, runs, type Figure } from './figure';
import { measureLatency } from './latency';
import { push } from './load';
import { BenchHost, BenchPlugin } from './stage';

const sizes = [1_000, 1_000_000] as const;
const events = 2_000;
const warmUp = 500;
const rate = 50;
/** What differs by less is called flat. */
const flat = 0.8;

interface Result {
  startUp: number;
  acknowledged: number;
  handedOver: number;
  latency: number;
}

/** The same work beside a thousand and beside a million messages that were delivered before. */
export async function growth(): Promise<Figure[]> {
  const host = await BenchHost.start();
  const templates = new Map<number, BenchPlugin>();
  for (const size of sizes) templates.set(size, await filled(size, host));
  const results = new Map(sizes.map((size) => [size, [] as Result[]]));
  for (let run = 0; run < runs; run += 1)
    for (const [size, template] of templates) results.get(size as 1_000)?.push(await measure(template, host));
  for (const template of templates.values()) template.remove();
  host.close();
  const [few = [], many = []] = [...results.values()];
  const ratio = (better: (few: Result, many: Result) => number) =>
    median(few.map((each, run) => better(each, many[run] ?? each)));
  const name = 'a million messages stored, to a thousand:';
  return [
    atLeast(
      `${name} acknowledged a second`,
      ratio((one, other) => other.acknowledged / one.acknowledged),
      flat,
    ),
    atLeast(
      `${name} handed over a second`,
      ratio((one, other) => other.handedOver / one.handedOver),
      flat,
    ),
    atLeast(
      `${name} speed from event to host`,
      ratio((one, other) => one.latency / other.latency),
      flat,
    ),
    atLeast(
      `${name} speed of starting`,
      ratio((one, other) => one.startUp / other.startUp),
      flat,
    ),
  ];
}

/** A data folder with so many delivered messages of a tenth as many customers. */
async function filled(size: number, host: BenchHost): Promise<BenchPlugin> {
  const plugin = await BenchPlugin.prepare(host);
  await (await openMessageStore(plugin.dataDir, () => Date.now())).close();
  const file = StoreFile.open(plugin.dataDir);
  const now = Date.now();
  file.transaction(() => {
    file
      .prepare(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
         INSERT INTO inbox (account, message_id, lane, message, place, received_at, state, delivered_at, notified)
         SELECT 'bench', 1600000000000000000 + i, 'bench dm:' || (1500000000000000000 + i % (?1 / 10)),
           json_object('account', 'bench', 'messageId', '' || (1600000000000000000 + i),
             'conversation', 'dm:' || (1500000000000000000 + i % (?1 / 10)),
             'sender', json_object('id', '' || (1500000000000000000 + i % (?1 / 10)), 'username', 'former_' || i % (?1 / 10)),
             'text', 'an earlier message number ' || i, 'media', json('[]'), 'sentAt', ?2 - i),
           1600000000000000000 + i, ?2 - i, 'delivered', ?2 - i, 1 FROM n`,
      )
      .run(size, now);
    file
      .prepare(
        `INSERT INTO host_messages (account, host_message_id) SELECT account, 'former ' || seq FROM inbox`,
      )
      .run();
    file
      .prepare(
        `INSERT INTO contacts (account, x_user_id, username, map_value, seen_at)
         SELECT DISTINCT account, json_extract(message, '$.sender.id'), json_extract(message, '$.sender.username'),
           json_extract(message, '$.sender.username'), ?1 FROM inbox`,
      )
      .run(now);
  });
  file.close();
  return plugin;
}

async function measure(template: BenchPlugin, host: BenchHost): Promise<Result> {
  const plugin = await BenchPlugin.prepare(host);
  mkdirSync(plugin.dataDir, { recursive: true });
  cpSync(template.dataDir, plugin.dataDir, { recursive: true });
  const running = await plugin.start();
  const url = `${running.url}/api/messages`;
  let taken = 0;
  const all = new Promise<void>((resolve) => {
    host.onMessage = () => {
      taken += 1;
      if (taken === warmUp + events) resolve();
    };
  });
  await push(url, signedEvents(warmUp), 32);
  const began = performance.now();
  const { perSecond: acknowledged } = await push(url, signedEvents(events), 32);
  await all;
  const handedOver = (events / (performance.now() - began)) * 1000;
  const latency = median(await measureLatency(url, rate, host));
  await running.stop();
  plugin.remove();
  return { startUp: running.startUp, acknowledged, handedOver, latency };
}
