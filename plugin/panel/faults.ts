import { createContext } from 'preact';
import type { Fault } from './api';
import { texts } from './texts';

export type { Fault };

/** What is wrong with the settings of a form, by the paths of its fields. */
export type FieldFaults = ReadonlyMap<string, string>;

export const Faults = createContext<FieldFaults>(new Map());

/**
 * The faults of a form, each for its field.
 * @param within what the paths of the form's settings begin with: `accounts.2.`, or nothing for what belongs to no account
 */
export function faultsByField(faults: Fault[], within: string): FieldFaults {
  const ours = faults.filter(({ path }) => path.startsWith(within));
  // A list is one field, whatever is wrong in it.
  return new Map(
    ours.map(({ path, message }) => [path.slice(within.length).replace(/(?:\.\d+)+$/, ''), message]),
  );
}

/** A fault with the label of its field instead of the path. */
export function inWords({ path, label, message }: Fault): string {
  const place = /^accounts\.(\d+)\./.exec(path)?.[1];
  const whose = place === undefined ? '' : `${texts.accounts.place(Number(place) + 1)} · `;
  const what = label ?? path;
  return what === '' ? message : `${whose}${what}: ${message}`;
}
