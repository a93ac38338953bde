/** X escapes slashes and everything beyond ASCII, so a proxy that parses and writes again changes the bytes. */
export function asXWrites(event: unknown): string {
  return JSON.stringify(event)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
