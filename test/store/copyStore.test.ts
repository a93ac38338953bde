import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCopyStore } from '../../plugin/commands/copyStore';
import type { MessageStore } from '../../plugin/core/ports';
import { TextBox } from '../../plugin/disk/textBox';
import { openPostgresStore } from '../../plugin/store/postgres/messageStore';
import { openMessageStore } from '../../plugin/store/sqlite/messageStore';
import { everyOperation, inbound } from '../support/everyOperation';
import { PostgresServer, postgresPrograms } from '../support/postgres';

const programs = postgresPrograms();
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

(programs === undefined ? describe.skip : describe)('copying a store', () => {
  let server: PostgresServer;
  let folder: string;
  let url: string;
  beforeAll(() => (server = new PostgresServer(programs!)));
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'copied-'));
    url = server.newDatabase();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sqlite = (name: string) => openMessageStore(join(folder, name), () => 1000);
  const postgres = () =>
    openPostgresStore({ url, box: new TextBox('key'), now: () => 1000, log: quiet, onLost: () => {} });

  /** More than is read at a time, in several states. */
  async function fill({ inbox, outbox, facts }: MessageStore): Promise<void> {
    const odd = 'a "quoted" line\n\u2028 \u{1f600} \\u0000';
    await inbox.keep(
      Array.from({ length: 1_201 }, (_, index) => inbound(`m${index}`, { text: `${odd} ${index}` })),
    );
    const { seq } = (await inbox.find('a', 'm7'))!;
    await inbox.markDelivering(seq, 5, false);
    await inbox.saveNotified(seq, 'host7', 1, true);
    const reply = await outbox.add(
      { account: 'a', queueKey: 'jane', recipientValue: 'Jane', text: odd, attachmentIds: ['4'] },
      5,
    );
    await outbox.markSending(reply.seq, 6);
    await facts.keep('a', 'colour', 'red');
  }

  async function contents(store: MessageStore): Promise<unknown> {
    const page = (direction: 'in' | 'out') =>
      store.history.page({
        direction,
        account: undefined,
        state: undefined,
        search: undefined,
        before: undefined,
      });
    const seen = [
      await page('in'),
      await page('out'),
      await store.depths.inbound('a'),
      await store.outbox.nextIn('a jane'),
      await store.inbox.find('a', 'm7'),
      await store.inbox.queueNames(),
    ];
    await store.close();
    return seen;
  }

  test('from SQLite to PostgreSQL and back, all that is known is the same, and new rows come behind', async () => {
    const first = await sqlite('from');
    await everyOperation(first);
    await fill(first);
    const original = await contents(first);
    const lines: string[] = [];
    expect(await runCopyStore(join(folder, 'from'), url, (line) => lines.push(line))).toMatch(
      /^Copied \d+ rows/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^inbox: 1201 of 1201$/));
    expect(await contents(await postgres())).toEqual(original);
    await runCopyStore(url, join(folder, 'back'), () => {});
    expect(await contents(await sqlite('back'))).toEqual(original);
    const store = await postgres();
    expect(await store.inbox.keep([inbound('m7'), inbound('new')])).toEqual([false, true]);
    expect(store.facts.read('a', 'colour')).toBe('red');
    await store.close();
  });

  test('a source that is not there, or has nothing, is refused: it may be mistyped', async () => {
    await expect(runCopyStore(join(folder, 'mistyped'), url, () => {})).rejects.toThrow(
      'there is no openchannel-x.db',
    );
    await (await sqlite('empty')).close();
    await expect(runCopyStore(join(folder, 'empty'), url, () => {})).rejects.toThrow('the source is empty');
  });

  test('a target that is not empty, or that the plugin works with, is refused', async () => {
    const first = await sqlite('from');
    await fill(first);
    await first.close();
    await runCopyStore(join(folder, 'from'), url, () => {});
    await expect(runCopyStore(join(folder, 'from'), url, () => {})).rejects.toThrow(
      'the target is not empty',
    );
    const running = await sqlite('from');
    await expect(runCopyStore(join(folder, 'from'), url, () => {})).rejects.toThrow('is in use');
    await running.close();
    const node = await postgres();
    const handlers = {
      onGained: () => Promise.resolve(),
      onReleasing: () => Promise.resolve(),
      onSignal: () => {},
      onQuestion: () => Promise.resolve(undefined),
      onBeat: () => Promise.resolve(),
      standing: () => ({}),
    };
    await node.cluster.join(handlers, 'machine:3002', '1');
    await expect(runCopyStore(url, join(folder, 'other'), () => {})).rejects.toThrow('machine:3002');
    await node.close();
  });
});
