import { BridgeError, reasonOf } from '../../core/errors';
import { say } from '../../texts/text';

/** PostgreSQL's code of a fault (PostgreSQL docs: Appendix A), or the system's. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

/** Two transactions stood in each other's way: done again, each goes through. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(causeOf(error)));
}

/**
 * The database as a whole cannot be used: no connection, too many of them, shutting down, no room on its disk, or only to be
 * read. Faults of the driver have no code of PostgreSQL's.
 */
export function isDown(error: unknown): boolean {
  const code = codeOf(causeOf(error));
  const isFaultOfStatement = /^(?=.*\d)[0-9A-Z]{5}$/.test(code) && !/^(?:08|53|57|58|25006)/.test(code);
  const isOther = error instanceof BridgeError && error.code !== 'store-unavailable';
  return !isOther && !isFaultOfStatement;
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
