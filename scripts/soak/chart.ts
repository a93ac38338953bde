/** What is drawn over time. */
export interface Curve {
  title: string;
  unit: string;
  /** One value for each sample. */
  values: number[];
  /** Whether each power of ten takes the same height, from 1 on. */
  byPowers?: boolean;
}

const width = 800;
const height = 150;
const margin = { left: 60, right: 20, top: 30, bottom: 25 };

/**
 * Curves below each other as SVG, each up to its own highest value.
 * @param duration how long all samples took, in words such as `60 min`
 */
export function chart(curves: Curve[], duration: string): string {
  const rows = curves.map((curve, index) => row(curve, index * height, duration));
  const whole = curves.length * height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${whole}" fill="white"/>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function row({ title, unit, values, byPowers = false }: Curve, top: number, duration: string): string {
  const most = niceAbove(Math.max(...values, 1));
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const bottom = top + margin.top + inner.height;
  const x = (index: number) => margin.left + (index / Math.max(1, values.length - 1)) * inner.width;
  const share = (value: number) =>
    byPowers ? Math.log10(Math.max(1, value)) / Math.log10(most) : value / most;
  const y = (value: number) => bottom - share(value) * inner.height;
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const right = width - margin.right;
  return [
    `<text x="${margin.left}" y="${top + 18}" font-weight="bold">${title}</text>`,
    `<text x="${margin.left - 6}" y="${y(most) + 4}" text-anchor="end">${most} ${unit}</text>`,
    `<text x="${margin.left - 6}" y="${bottom + 4}" text-anchor="end">${byPowers ? 1 : 0}</text>`,
    `<path d="M${margin.left} ${y(most)}H${right}M${margin.left} ${bottom}H${right}" stroke="#ccc" fill="none"/>`,
    `<polyline points="${points}" fill="none" stroke="#1d6fb8" stroke-width="1.5"/>`,
    `<text x="${margin.left}" y="${bottom + 18}">0</text>`,
    `<text x="${right}" y="${bottom + 18}" text-anchor="end">${duration}</text>`,
  ].join('\n');
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}
