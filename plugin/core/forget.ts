import { BridgeError } from './errors';
import { forgetUser, type Forgotten } from './eraser';
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
  const name = called.trim().replace(/^@/, '');
  if (!/^[A-Za-z0-9_]{1,20}$/.test(name)) throw new BridgeError('bad-request', say('forget.noPerson'));
  const known = await eraser.usersCalled(name);
  if (known.length > 1 && !known.includes(name))
    throw new BridgeError('bad-request', say('forget.several', { ids: known.join(', ') }));
  const id = known.includes(name) ? name : (known[0] ?? name);
  // Somebody who was never seen may still have been written to; a handle of nobody is a slip of the pen.
  if (!/^\d{1,19}$/.test(id)) throw new BridgeError('bad-request', say('forget.nobody', { name }));
  const forgotten = await forgetUser(eraser, id);
  // The person's name is not to be in a log either.
  log.warn("a person's data was erased on request", { by, ...forgotten });
  return forgotten;
}
