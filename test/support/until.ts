/**
 * Waits for a condition.
 * @throws Error naming what was waited for, after `limit` milliseconds
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limit = 10_000,
): Promise<void> {
  const deadline = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
