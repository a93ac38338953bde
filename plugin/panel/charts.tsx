import type { AccountState } from './api';
import { dollars as inDollars, timeOf } from './times';
import { texts } from './texts';

const { activity: words } = texts;
const [width, height, gap] = [480, 96, 4];

/** Messages per hour as bars: what came in stands below, what went out on top of it. */
export function HoursChart({ hours }: { hours: AccountState['hours'] }) {
  const most = Math.max(1, ...hours.map((hour) => hour.in + hour.out));
  const bar = width / Math.max(1, hours.length);
  const scale = (count: number) => (count / most) * height;
  const total = hours.reduce((sum, hour) => ({ in: sum.in + hour.in, out: sum.out + hour.out }), {
    in: 0,
    out: 0,
  });
  const caption = `${words.hours}: ${total.in} ${words.incoming}, ${total.out} ${words.outgoing}`;
  return (
    <figure>
      <figcaption>
        {words.hours}
        <span class="key in">
          {total.in} {words.incoming}
        </span>
        <span class="key out">
          {total.out} {words.outgoing}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={caption}>
        {hours.map((hour, index) => (
          <g key={hour.at}>
            <title>{`${timeOf(hour.at)}: ${hour.in} ${words.incoming}, ${hour.out} ${words.outgoing}`}</title>
            <rect class="base" x={index * bar} y={height - 1} width={bar - gap} height={1} />
            <rect
              class="in"
              x={index * bar}
              y={height - scale(hour.in)}
              width={bar - gap}
              height={scale(hour.in)}
            />
            <rect
              class="out"
              x={index * bar}
              y={height - scale(hour.in + hour.out)}
              width={bar - gap}
              height={scale(hour.out)}
            />
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** What X has left for us in its windows. */
export function Windows({ windows }: Pick<AccountState, 'windows'>) {
  return (
    <figure>
      <figcaption>{words.windows}</figcaption>
      {windows.length === 0 ? <p class="hint">{words.noWindows}</p> : null}
      <ul class="windows">
        {windows.slice(0, 8).map(({ call, left, limit, resetAt }) => (
          <li key={call} class={left === 0 ? 'used' : ''}>
            <code>{call}</code>{' '}
            {limit === undefined ? null : <meter min={0} max={limit} value={left} aria-label={call} />}{' '}
            {words.left(left, timeOf(resetAt))}
          </li>
        ))}
      </ul>
    </figure>
  );
}

export function Costs({ costs }: Pick<AccountState, 'costs'>) {
  return (
    <figure>
      <figcaption>{words.costs}</figcaption>
      {costs.length === 0 ? <p class="hint">{words.noCosts}</p> : null}
      <ul class="costs">
        {costs.map(({ day, dollars, items }) => (
          <li key={day}>
            <strong>{day}</strong> {inDollars(dollars)}{' '}
            <span class="hint">{items.map(({ what, count }) => `${count} ${what}`).join(', ')}</span>
          </li>
        ))}
      </ul>
      <p class="hint">{words.costNote}</p>
    </figure>
  );
}
