import type { Input, Method } from '../panel/api';
import { inputs } from '../panel/inputs';

/** The input of a call, or why it cannot be understood. */
export function readInput<M extends Method>(
  method: M,
  value: unknown,
): { input: Input<M> } | { fault: string } {
  const read = inputs[method].safeParse(value ?? {});
  if (read.success) return { input: read.data as Input<M> };
  const [issue] = read.error.issues;
  return { fault: `${issue?.path.join('.') || 'input'}: ${issue?.message ?? 'cannot be understood'}` };
}
