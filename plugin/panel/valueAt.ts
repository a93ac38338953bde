type Values = Record<string, unknown>;

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a path such as `chat.active`; undefined where there is none. */
export function valueAt(values: Values, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), values);
}

/** The same values with another one at a path; undefined takes it away. */
export function withValueAt<T extends Values>(values: T, path: string, value: unknown): T {
  const [key = '', ...rest] = path.split('.');
  if (value === undefined && !(key in values)) return values;
  const inner = isRecord(values[key]) ? values[key] : {};
  const next = rest.length === 0 ? value : withValueAt(inner, rest.join('.'), value);
  // In its place, so that what is changed back compares as equal.
  const changed = { ...values, [key]: next };
  return Object.fromEntries(Object.entries(changed).filter(([, each]) => each !== undefined)) as T;
}
