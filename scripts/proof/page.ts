import { chart } from '../soak/chart';
import { sampleMs, type Outcome } from './scenarios';

/** One scenario, and what came of it. */
export interface Tried {
  name: string;
  what: string;
  ours?: Outcome;
  former?: Outcome | undefined;
  /** Why it could not be tried. */
  error?: string;
}

export interface Proof {
  seed: number;
  /** The version of Node.js. */
  node: string;
  cores: number;
  at: string;
  tried: Tried[];
}

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .8rem;border-bottom:1px solid #d5d9de;text-align:right}
th:first-child,td:first-child{text-align:left}.wrong{color:#b3261e;font-weight:600}.right{color:#146c2e;font-weight:600}
code{background:#f2f4f6;padding:.1rem .3rem}svg{max-width:100%;height:auto}`;

/** All of it as one HTML page that needs nothing else. */
export function page({ seed, node, cores, at, tried }: Proof): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What the plugin does when things go wrong</title><style>${style}</style></head><body>
<h1>What the plugin does when things go wrong</h1>
<p>Customers and agents write on and on, between the simulators of X and XCALLY Motion, while something goes wrong. What counts: every
message that X was told is taken, and every reply that an agent was told is taken, arrives once and in its order.
<b>The former way</b> is a bridge that answers first, passes on what it was told, and keeps nothing: the same load, the same disaster.</p>
<p>Node.js ${node}, ${cores} cores, ${at.slice(0, 16).replace('T', ' ')} UTC. All of it again: <code>npm run proof -- --seed ${seed}</code>.
The moments at which things happen come from the seed; how far a process has come by then does not, so that figures differ a little.</p>
${overview(tried)}
${tried.map((each) => section(each, seed)).join('\n')}
</body></html>
`;
}

function overview(tried: Tried[]): string {
  const rows = tried.flatMap(({ name, ours, former, error }) => [
    ...(error === undefined
      ? []
      : [`<tr><td>${name}</td><td colspan="6" class="wrong">${escaped(error)}</td></tr>`]),
    ...(ours ? [row(name, 'the plugin', ours)] : []),
    ...(former ? [row('', 'the former way', former)] : []),
  ]);
  return `<table><tr><th>Scenario</th><th></th><th>Messages</th><th>lost</th><th>doubled</th><th>Replies</th><th>lost</th><th>doubled</th>
<th>Conversations out of order</th></tr>${rows.join('\n')}</table>`;
}

function row(name: string, who: string, { messages, replies, broken }: Outcome): string {
  const count = (texts: string[]) =>
    `<td class="${texts.length > 0 ? 'wrong' : 'right'}">${texts.length}</td>`;
  return `<tr><td>${name}</td><td>${who}</td><td>${messages}</td>${count(broken.lostMessages)}${count(broken.doubledMessages)}
<td>${replies}</td>${count(broken.lostReplies)}${count(broken.doubledReplies)}${count(broken.outOfOrder)}</tr>`;
}

function section({ name, what, ours, former }: Tried, seed: number): string {
  const curves = [
    ...(ours ? [curve('The plugin', ours)] : []),
    ...(former ? [curve('The former way', former)] : []),
  ];
  const longest = Math.max(0, ...curves.map(({ values }) => values.length));
  // Both have the same width for the same time.
  const padded = curves.map((each) => ({
    ...each,
    values: each.values.concat(ending(each.values, longest)),
  }));
  return `<h2>${name}</h2><p>${escaped(what)} Again: <code>npm run proof -- --seed ${seed} ${name}</code></p>
${ours ? attacks(ours) : ''}
${curves.length > 0 ? `<p>Messages that customers had written and that had not arrived yet:</p>${chart(padded, (longest * sampleMs) / 60_000)}` : ''}`;
}

const curve = (title: string, { missing }: Outcome) => ({ title, unit: '', values: missing });

const ending = (values: number[], length: number): number[] =>
  Array.from({ length: length - values.length }, () => values.at(-1) ?? 0);

function attacks({ attacks: list }: Outcome): string {
  if (list.length === 0) return '';
  const rows = list.map(
    ({ what, tried, succeeded }) =>
      `<tr><td>${escaped(what)}</td><td>${tried}</td><td class="${succeeded > 0 ? 'wrong' : 'right'}">${succeeded}</td></tr>`,
  );
  return `<table><tr><th>On the plugin</th><th>tried</th><th>succeeded</th></tr>${rows.join('\n')}</table>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
