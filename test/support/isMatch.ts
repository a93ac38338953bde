/** Whether a value is so, as `toMatchObject` compares. */
export function isMatch(value: unknown, wanted: object): boolean {
  try {
    expect(value).toMatchObject(wanted);
    return true;
  } catch {
    return false;
  }
}
