import { RememberedFacts } from '../core/accountFacts';
import { GatheredCharges } from '../core/charges';
import type { MessageStore } from '../core/ports';
import { tableReads, type AllTables } from './allTables';
import { GroupCommit, type Engine } from './groupCommit';

/** What an engine does besides its tables. */
export interface EngineStore<Scope>
  extends Engine<Scope>, Pick<MessageStore, 'copyTo' | 'trouble' | 'cluster' | 'documents'> {
  /** After everything is written. */
  close(): Promise<void>;
}

/** The store, and what an engine that is shared tells it. */
export interface CreatedStore {
  store: MessageStore;
  /** Reads the facts of accounts again, since another process may have learnt some. @throws BridgeError `store-unavailable` */
  refreshFacts: (isMeant: (account: string) => boolean) => Promise<void>;
}

/** The message store on an engine. @param now milliseconds since 1970 */
export async function createStore<Scope>(
  engine: EngineStore<Scope>,
  now: () => number,
): Promise<CreatedStore> {
  const { cluster } = engine;
  const commit = new GroupCommit(engine);
  const { facts: factsTable, charges: chargesTable, ...tables } = throughCommit(engine.tables, commit);
  const facts = new RememberedFacts(
    // Another process that handles the account now has learnt newer ones.
    (changes) => cluster.within(changes[0]?.account ?? '', () => factsTable.write(changes)),
    await factsTable.all(),
  );
  const charges = new GatheredCharges(chargesTable, now);
  const store: MessageStore = {
    ...tables,
    cluster,
    documents: engine.documents,
    facts,
    charges,
    transaction: (work) => commit.write(work),
    copyTo: (target) => commit.between(() => engine.copyTo(target)),
    trouble: () => engine.trouble(),
    close: async () => {
      await Promise.all([facts.close(), charges.write()]);
      await commit.settled();
      await engine.close();
    },
  };
  const refreshFacts: CreatedStore['refreshFacts'] = async (isMeant) => {
    facts.refresh(await factsTable.all(), isMeant);
  };
  return { store, refreshFacts };
}

type Method = (...parts: unknown[]) => Promise<unknown>;

/** The tables as they are called: each write is part of a commit, and durable when it resolves. */
function throughCommit<Scope>(tables: AllTables, commit: GroupCommit<Scope>): AllTables {
  const throughTable = <Name extends keyof AllTables>(name: Name): AllTables[Name] => {
    const reads = new Set<PropertyKey>(tableReads[name]);
    const methodIn = (all: AllTables, method: string) => all[name][method as keyof AllTables[Name]] as Method;
    const methods = Object.keys(tables[name]).map((method) => {
      const call: Method = (...parts) =>
        reads.has(method)
          ? commit.read((all) => methodIn(all, method)(...parts))
          : commit.write((all) => methodIn(all, method)(...parts));
      return [method, call];
    });
    return Object.fromEntries(methods) as AllTables[Name];
  };
  const names = Object.keys(tables) as (keyof AllTables)[];
  return Object.fromEntries(names.map((name) => [name, throughTable(name)])) as unknown as AllTables;
}
