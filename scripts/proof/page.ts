import { chart } from '../soak/chart';
import { sampleMs, type Outcome } from './scenarios';

/** One scenario, and what came of it. */
export interface Tried {
  name: string;
  what: string;
  ours?: Outcome;
  answersFirst?: Outcome | undefined;
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

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .6rem;border-bottom:1px solid #d5d9de;text-align:right}
th:first-child,td:first-child,td:nth-child(2):not(.wrong,.right){text-align:left}td{white-space:nowrap}.wrong{color:#b3261e;font-weight:600}.right{color:#146c2e;font-weight:600}
code{background:#f2f4f6;padding:.1rem .3rem}svg{max-width:100%;height:auto}`;

/** All of it as one HTML page that needs nothing else. */
export function page({ seed, node, cores, at, tried }: Proof): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>What the plugin does when things go wrong</title><style>${style}</style></head><body>
<h1>What the plugin does when things go wrong</h1>
<p>Three customers and an agent keep writing, between the simulators of X and XCALLY Motion, while something goes wrong. <b>Lost</b> is
every message of a customer that has not reached XCALLY Motion when X has given up trying, and every reply that has not reached X although
the agent was told that it goes out. <b>Refused</b> are replies of which the agent was told that they do not, or got no answer: they know.
<b>Out of order</b> are customers of whom messages that were taken at once arrived in another order.</p>
<p><b>Answers first</b> is a bridge of a common kind: it checks signatures, answers X and XCALLY Motion at once, passes on what it was told,
and keeps nothing. It meets the same kind of load and the same disaster. A bridge that waits for the other side before it answers loses
less, but keeps X and the agents waiting (<code>npm run bench -- formerWay</code>).</p>
<p>Node.js ${node}, ${cores} cores, ${at.slice(0, 16).replace('T', ' ')} UTC. To repeat it: <code>npm run proof -- --seed ${seed}</code>.
The seed chooses what is written and how long everything lasts; what a process is doing at that moment it does not, so that figures differ.
In all scenarios but <i>clock</i> and <i>cluster</i> time passes 30 times as fast; charts show real seconds, each to its own scale.</p>
${overview(tried)}
${tried.map((each) => section(each, seed)).join('\n')}
</body></html>
`;
}

function overview(tried: Tried[]): string {
  const rows = tried.flatMap(({ name, ours, answersFirst, error }) => [
    ...(error === undefined
      ? []
      : [`<tr><td>${name}</td><td colspan="9" class="wrong">${escaped(error)}</td></tr>`]),
    ...(ours ? [row(name, 'the plugin', ours)] : []),
    ...(answersFirst ? [row('', 'answers first', answersFirst)] : []),
  ]);
  return `<table><tr><th>Scenario</th><th></th><th>Messages</th><th>lost</th><th>doubled</th><th>Replies</th><th>lost</th><th>doubled</th><th>refused</th>
<th>out of order</th></tr>${rows.join('\n')}</table>`;
}

function row(name: string, who: string, { messages, replies, refused, broken, troubles }: Outcome): string {
  const count = (texts: string[]) =>
    `<td class="${texts.length > 0 ? 'wrong' : 'right'}">${texts.length}</td>`;
  return `<tr><td>${name}</td><td>${who}</td><td>${messages}</td>${count(broken.lostMessages)}${count(broken.doubledMessages)}
<td>${replies}</td>${count(broken.lostReplies)}${count(broken.doubledReplies)}<td>${refused}</td>${count(broken.outOfOrder)}</tr>${troubles
    .map((each) => `<tr><td></td><td colspan="9" class="wrong">${escaped(each)}</td></tr>`)
    .join('')}`;
}

function section({ name, what, ours, answersFirst }: Tried, seed: number): string {
  const curves = [
    ...(ours ? [curve('The plugin', ours)] : []),
    ...(answersFirst ? [curve('Answers first', answersFirst)] : []),
  ];
  const longest = Math.max(0, ...curves.map(({ values }) => values.length));
  // Both have the same width for the same time.
  const padded = curves.map((each) => ({
    ...each,
    values: each.values.concat(ending(each.values, longest)),
  }));
  return `<h2>${name}</h2><p>${escaped(what)} To repeat it: <code>npm run proof -- --seed ${seed} ${name}</code></p>
${ours ? attacks(ours) : ''}
${curves.length > 0 ? `<p>Messages of customers that had not arrived yet:</p>${chart(padded, `${Math.round((longest * sampleMs) / 1000)} s`)}` : ''}`;
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
