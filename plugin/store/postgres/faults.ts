import { BridgeError, reasonOf } from '../../core/errors';
import { say } from '../../texts/text';

/** Another process handles the account now. */
export class LeaseLost extends BridgeError {
  constructor(account: string) {
    super('store-unavailable', `another process handles the account ${account} now`, { retryable: true });
  }
}

/** PostgreSQL's code of a fault (PostgreSQL docs: Appendix A), or the system's. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Two transactions stood in each other's way: done again, each goes through. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(causeOf(error)));
}

/** Faults of PostgreSQL that are not about the statement: connection, sign-in, room, shutdown, rights, only to be read, waits. */
const wholeDatabase = /^(?:08|28|3D|53|57|58|XX|25006|25P03|42501|55P03)/;

/** The database as a whole cannot be used. Faults of the driver have no code of PostgreSQL's. */
export function isDown(error: unknown): boolean {
  if (error instanceof LeaseLost) return false;
  if (!(error instanceof BridgeError) || error.code !== 'store-unavailable') return false;
  const code = codeOf(error.cause);
  const isSqlState = /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
  return !isSqlState || wholeDatabase.test(code);
}

/** @returns it as the rest of the plugin knows it */
export function storeFault(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  return new BridgeError('store-unavailable', `the database cannot be used: ${reasonOf(error)}`, {
    retryable: true,
    agentMessage: say('reply.cannotStore'),
    cause: error,
  });
}

function causeOf(error: unknown): unknown {
  return error instanceof BridgeError ? error.cause : error;
}
