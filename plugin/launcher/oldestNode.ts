/** The oldest Node.js this product runs on. */
export const oldestMajor = 20;

/** @param version such as `v22.1.0` */
export function majorOf(version: string): number {
  return Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);
}
