import fc from 'fast-check';
import { Random } from '../chaos/random';

/** Keys that have led other programs astray, and what stands in their place. */
const treacherousKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  '',
  '0',
  'then',
  '$ref',
];
const sampled = 2_000;
const deepest = 5_000;

/** Makes inputs that are nearly right, and such as are not at all; the same seed makes the same. */
export class Mutator {
  private readonly random: Random;
  private readonly values: unknown[];
  private readonly texts: string[];

  constructor(seed: number) {
    this.random = new Random(seed);
    const parameters = { seed, numRuns: sampled };
    this.values = fc.sample(
      fc.anything({ withBigInt: false, withDate: true, withNullPrototype: true }),
      parameters,
    );
    this.texts = fc.sample(fc.string({ unit: 'binary', maxLength: 200 }), parameters);
  }

  /** One of a few values with some of its parts taken out, or replaced by something else. */
  value(seeds: readonly unknown[]): unknown {
    const copy = structuredClone(this.random.oneOf(seeds));
    const holder = { copy };
    for (let times = this.random.between(0, 3); times > 0; times -= 1) this.mutate(holder);
    return holder.copy;
  }

  /** The same as bytes, some of them wrong. */
  bytes(seeds: readonly unknown[]): Buffer {
    const text = JSON.stringify([this.value(seeds)]).slice(1, -1);
    const whole = Buffer.from(this.random.next() < 0.02 ? this.deep() : text);
    const chance = this.random.next();
    if (chance < 0.1) return whole.subarray(0, this.random.between(0, whole.length));
    if (chance < 0.25) for (let times = this.random.between(1, 5); times > 0; times -= 1) this.flip(whole);
    if (chance > 0.98) return Buffer.from(this.texts[this.random.between(0, sampled - 1)] ?? '');
    return whole;
  }

  text(): string {
    return this.random.oneOf(this.texts);
  }

  oneOf<T>(values: readonly T[]): T {
    return this.random.oneOf(values);
  }

  private flip(bytes: Buffer): void {
    if (bytes.length > 0) bytes[this.random.between(0, bytes.length - 1)] = this.random.between(0, 255);
  }

  private deep(): string {
    const depth = this.random.between(100, deepest);
    const [open, close] = this.random.oneOf([
      ['[', ']'],
      ['{"a":', '}'],
    ] as const);
    return `${open.repeat(depth)}1${close.repeat(depth)}`;
  }

  /** Goes down to some place, and changes what is there. */
  private mutate(root: object): void {
    let place = root as Record<string, unknown>;
    for (;;) {
      const keys = Object.keys(place);
      const key = keys[this.random.between(0, keys.length - 1)];
      if (key === undefined) return;
      const inside = place[key];
      if (typeof inside !== 'object' || inside === null || this.random.next() < 0.2) {
        this.change(place, key);
        return;
      }
      place = inside as Record<string, unknown>;
    }
  }

  /** A value of its own: what is changed inside it later must not be part of any other, nor of itself. */
  private strangeValue(): unknown {
    return structuredClone(this.random.oneOf(this.values));
  }

  private change(place: Record<string, unknown>, key: string): void {
    const chance = this.random.next();
    if (chance < 0.2) Reflect.deleteProperty(place, key);
    else if (chance < 0.3) define(place, this.random.oneOf(treacherousKeys), this.strangeValue());
    else if (chance < 0.5) place[key] = this.random.oneOf(this.texts);
    else if (chance < 0.6)
      place[key] = this.random.oneOf([0, -1, Number.MAX_VALUE, 2 ** 53, Number.NaN, null, true, '', [], {}]);
    else if (chance < 0.65) place[key] = 'x'.repeat(this.random.between(1_000, 200_000));
    else if (chance < 0.75) place[key] = [place[key], structuredClone(place[key])];
    else place[key] = this.strangeValue();
  }
}

/** As JSON.parse does it: `__proto__` becomes a key like any other. */
function define(place: object, key: string, value: unknown): void {
  if (Array.isArray(place)) return;
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
}
