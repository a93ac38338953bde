import { createContext } from 'preact';
import { texts } from './texts';

/** What is wrong with the settings of a form, by the names of its fields. */
export type FieldFaults = ReadonlyMap<string, string>;

export const Faults = createContext<FieldFaults>(new Map());

interface Fault {
  /** Such as `accounts.0.workingHours.workdayHours`; without the place in a list at its end. */
  path: string;
  words: string;
}

/** The plugin names each fault by the path of its setting. */
function read(fault: string): Fault | undefined {
  const found = /^([\w.]+): (.*)$/s.exec(fault);
  return found ? { path: (found[1] ?? '').replace(/(?:\.\d+)+$/, ''), words: found[2] ?? '' } : undefined;
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);

/**
 * The faults of a form, each for its field: by its path within the form, and by the last part of that.
 * @param within the path the form's settings begin with: `accounts.2.`, or empty for what belongs to no account
 */
export function faultsByField(faults: string[], within: string): FieldFaults {
  const ours = faults.flatMap((fault) => {
    const one = read(fault);
    const isOurs = one && (within === '' ? !one.path.startsWith('accounts.') : one.path.startsWith(within));
    return one && isOurs ? [{ path: one.path.slice(within.length), words: one.words }] : [];
  });
  return new Map(ours.flatMap(({ path, words }) => [[path, words] as const, [lastOf(path), words] as const]));
}

/** A fault in the words of the panel: with the label of its field instead of the path. */
export function inWords(fault: string): string {
  const one = read(fault);
  if (!one) return fault;
  const section = one.path.split('.').slice(-2).join('.');
  const place = /^accounts\.(\d+)\./.exec(one.path)?.[1];
  const last = lastOf(one.path);
  const label = labels[section] ?? labels[place === undefined ? last : `accounts ${last}`];
  const whose = place === undefined ? '' : `${texts.accounts.place(Number(place) + 1)} · `;
  return label === undefined ? fault : `${whose}${label}: ${one.words}`;
}

const labels = labelsOf();

function labelsOf(): Record<string, string> {
  const { settings, account, around } = texts;
  const plain = Object.entries(settings.fields);
  const ofAccounts = Object.entries(account.fields).map(([name, about]): [string, string[]] => [
    // A field of a section is named by it.
    name.includes('.') ? name : `accounts ${name}`,
    about,
  ]);
  const sections = {
    workingHours: around.hours,
    greeting: around.greeting,
    bot: around.bot,
    followUp: around.followUp,
    filters: around.filters,
    card: around.card,
    retention: around.retention,
  };
  const all: [string, string[]][] = [...plain, ...ofAccounts];
  for (const [name, { fields }] of Object.entries(sections))
    for (const [field, about] of Object.entries(fields)) all.push([`${name}.${field}`, about]);
  return Object.fromEntries(all.map(([name, [label = '']]) => [name, label]));
}
