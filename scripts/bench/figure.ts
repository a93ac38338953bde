/** One line of the table. */
export interface Figure {
  name: string;
  value: string;
  /** What is claimed, and whether it holds here. */
  claim?: { words: string; holds: boolean };
}

/** Every figure is the median of so many runs. */
export const runs = 5;

export function median(values: number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0.99 for the value that 99 of 100 do not exceed */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** A ratio that is to be at least so much. */
export function atLeast(name: string, ratio: number, least: number): Figure {
  return {
    name,
    value: `${ratio.toFixed(2)} : 1`,
    claim: { words: `at least ${least}`, holds: ratio >= least },
  };
}

export function plain(name: string, value: number, unit: string, digits = 0): Figure {
  return { name, value: `${value.toFixed(digits)} ${unit}` };
}
