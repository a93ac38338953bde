import { BridgeError } from './errors';
import { countOfUser, forgetUser, type Forgotten } from './eraser';
import type { FoundPerson } from './people';
import type { Log, Tables } from './ports';
import { say } from '../texts/text';

/**
 * Takes all out that is kept of a person, as they may ask for.
 * @param called an X user id, or a handle that is known here
 * @param by who asked for it
 * @throws BridgeError `bad-request` in words, where it is neither, or several people had the handle
 */
export async function forget(
  called: string,
  by: string,
  { eraser, log }: Pick<Tables, 'eraser'> & { log: Pick<Log, 'warn'> },
): Promise<Forgotten> {
  const id = await idOf(called, eraser);
  const forgotten = await forgetUser(eraser, id);
  // The person's name is not to be in a log either.
  log.warn("a person's data was erased on request", { by, ...forgotten });
  return forgotten;
}

/** Finds a person before they are forgotten. @param called an X user id, or a handle @throws BridgeError `bad-request` in words */
export async function findPerson(called: string, { eraser }: Pick<Tables, 'eraser'>): Promise<FoundPerson> {
  const id = await idOf(called, eraser);
  const known = await eraser.knownAs(id);
  const { username, name } = known[0] ?? {};
  return {
    id,
    ...(username === undefined ? {} : { handle: username }),
    ...(name === undefined ? {} : { name }),
    ...(await countOfUser(eraser, id)),
    accounts: known.map(({ account }) => account),
  };
}

async function idOf(called: string, eraser: Tables['eraser']): Promise<string> {
  const name = called.trim().replace(/^@/, '');
  if (!/^[A-Za-z0-9_]{1,20}$/.test(name)) throw new BridgeError('bad-request', say('forget.noPerson'));
  const known = await eraser.usersCalled(name);
  if (known.length > 1 && !known.includes(name))
    throw new BridgeError('bad-request', say('forget.several', { ids: known.join(', ') }));
  const id = known.includes(name) ? name : (known[0] ?? name);
  // Somebody who was never seen may still have been written to; a handle of nobody is a slip of the pen.
  if (!/^\d{1,19}$/.test(id)) throw new BridgeError('bad-request', say('forget.nobody', { name }));
  return id;
}
