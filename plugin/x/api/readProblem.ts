import { isRecord } from '../../core/isRecord';
/** What X says went wrong. */
export interface Problem {
  /** X's number for it (v1.1). */
  code: number | undefined;
  /** X's name for it, such as `CrcValidationFailed` (v2). */
  problem: string | undefined;
  /** X's address of the problem, such as one that ends in `/problems/unsupported-authentication`; empty without one. */
  type: string;
  title: string;
  detail: string;
}

/**
 * Reads X's shapes of refusal: v2 problems, alone or under `errors`, and v1.1 `{errors: [{code, message}]}`.
 * Never fails: what is not there is left out.
 */
export function readProblem(answer: unknown): Problem {
  if (!isRecord(answer)) return { code: undefined, problem: undefined, type: '', title: '', detail: '' };
  const first = Array.isArray(answer['errors']) ? (answer['errors'] as unknown[])[0] : undefined;
  const inner = isRecord(first) ? first : {};
  const detail = [answer['detail'], inner['detail'], inner['message'], answer['title']].find(isText);
  const code = [answer['code'], inner['code']].find((each) => typeof each === 'number');
  const names = [answer['reason'], inner['reason'], inner['connection_issue'], answer['connection_issue']];
  const problem = [...names, answer['title'], inner['title']].find(
    (each) => isText(each) && /^[\w-]+$/.test(each),
  );
  const [type = '', title = ''] = [answer['type'] ?? inner['type'], answer['title'] ?? inner['title']].map(
    (each) => (isText(each) ? each : ''),
  );
  return {
    code,
    problem: isText(problem) ? problem : undefined,
    type,
    title,
    detail: (detail ?? '').slice(0, 300),
  };
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
