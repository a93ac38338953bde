import type { ErrorRequestHandler, RequestHandler } from 'express';
import { BridgeError, httpStatus, reasonOf } from '../core/errors';
import type { Fault } from '../panel/api';
import { settingAt } from '../settings/catalogue';
import { ConfigError } from '../settings/load';
import type { Log } from '../core/ports';
import { faultIn, settingTexts } from '../texts/settings';
import { phrase, spokenLanguage } from '../texts/text';

/** Turns whatever a route throws into the contract's `{"error": {"code", "message"}}`. */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, body } = answerOf(error, request.path, log);
    response.status(status).json(body);
  };
}

/** What is answered to a call that failed; the log has what only it may know. */
export function answerOf(error: unknown, path: string, log: Log): { status: number; body: object } {
  const { status, code, message } = readError(error);
  const faults = error instanceof ConfigError ? { faults: error.faults.map(readFault) } : {};
  if (status >= 500) log.error('a call failed', { path, status, reason: reasonOf(error) });
  return { status, body: { error: { code, message, ...faults } } };
}

/** A line `path.to.key: what is wrong`, with the setting's name in the panel. */
function readFault(line: string): Fault {
  const [, path = '', message = line] = /^([\w.]+): (.*)$/s.exec(line) ?? [];
  const setting = settingAt(path);
  const label = setting && (settingTexts[spokenLanguage()]?.settings[setting.path] ?? setting.about).label;
  return { path, ...(label === undefined ? {} : { label }), message: faultIn(spokenLanguage(), message) };
}

export const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).json({ error: { code: 'not-found', message: phrase('http.notFound') } });
};

function readError(error: unknown): { status: number; code: string; message: string } {
  if (error instanceof BridgeError)
    return { status: httpStatus[error.code], code: error.code, message: error.text.in(spokenLanguage()) };
  if (error instanceof ConfigError)
    return { status: 422, code: 'bad-settings', message: phrase('http.badSettings') };
  const status = bodyFault(error);
  if (status === 413) return { status, code: 'too-large', message: phrase('http.tooLarge') };
  if (status === 503) return { status, code: 'busy', message: phrase('http.busy') };
  if (status !== undefined) return { status, code: 'bad-request', message: phrase('http.badBody') };
  return { status: 500, code: 'internal', message: phrase('http.unexpected') };
}

/** Faults of the reader of bodies and of express's router carry a status of their own. */
function bodyFault(error: unknown): number | undefined {
  const status = (error as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' && ((status >= 400 && status < 500) || status === 503)
    ? status
    : undefined;
}
