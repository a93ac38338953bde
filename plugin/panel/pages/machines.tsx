import type { Machine } from '../api';
import { timeOf } from '../times';
import { texts } from '../texts';

/** Who works what. */
export function Machines({ machines }: { machines: Machine[] }) {
  const words = texts.machines;
  return (
    <section>
      <h3>{words.title}</h3>
      <p class="hint">{words.hint}</p>
      <ul>
        {machines.map(({ name, version, lastSeenAt, accounts, isLeader }) => (
          <li key={name}>
            <strong>{name}</strong>: {accounts.length === 0 ? words.none : words.works(accounts.join(', '))}
            {isLeader ? ` ${words.leader}` : ''}{' '}
            <span class="hint">{words.seen(timeOf(Date.parse(lastSeenAt)), version)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
