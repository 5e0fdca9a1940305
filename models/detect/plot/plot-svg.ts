import type { PlotBin } from './plot-bins.ts';

const width = 1_000;
const left = 130;
const right = 20;
const top = 56;
const panelHeight = 84;
const gap = 16;
const sensorsMax = 8;
const unusualColour = '#c0392b';
const changedColour = '#b9770e';
const learningColour = '#888';

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const text = (x: number, y: number, content: string, more = '') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(content)}</text>`;

/**
 * Draws how far the machine was from normal, and each sensor with where it usually is, as an SVG document.
 * @param order numbers of the sensors, the most important first; of more than eight the others are left out
 */
export function detectSvg(
  title: string,
  bins: readonly PlotBin[],
  names: readonly string[],
  order: readonly number[],
): string {
  const shown = order.slice(0, sensorsMax);
  const height = top + (shown.length + 1) * (panelHeight + gap) + 24;
  const step = (width - left - right) / Math.max(1, bins.length);
  const x = (bin: number) => left + bin * step;
  const leftOut = order.length - shown.length;
  const panelTop = (panel: number) => top + panel * (panelHeight + gap);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(title)}</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(12, 22, title, 'font-size="15" font-weight="600"'),
    text(
      12,
      40,
      `red: unusual · amber: changed, not confirmed · grey: learning · green band: where a sensor usually is${leftOut > 0 ? ` · ${leftOut} sensors left out` : ''}`,
      'fill="#666"',
    ),
    ...spans(bins, x, step, height - 24),
    scorePanel(bins, panelTop(0), x, step),
    ...shown.map((sensor, i) => sensorPanel(bins, sensor, names[sensor]!, panelTop(i + 1), x, step)),
    text(left, height - 8, bins[0]?.from ?? '', 'fill="#555"'),
    text(width - right, height - 8, bins.at(-1)?.from ?? '', 'fill="#555" text-anchor="end"'),
    '</svg>\n',
  ].join('\n');
}

const colourOf = (bin: PlotBin): string | null => {
  if (bin.isUnusual) return unusualColour;
  if (bin.isChanged) return changedColour;
  return bin.isLearning ? learningColour : null;
};

/** Shades what is not normal, one rectangle for neighbours of one colour. */
function spans(bins: readonly PlotBin[], x: (bin: number) => number, step: number, bottom: number): string[] {
  const drawn: string[] = [];
  for (let from = 0; from < bins.length; ) {
    const colour = colourOf(bins[from]!);
    let to = from + 1;
    while (to < bins.length && colourOf(bins[to]!) === colour) to++;
    if (colour)
      drawn.push(
        `<rect x="${x(from).toFixed(1)}" y="${top}" width="${Math.max(1, (to - from) * step).toFixed(1)}" height="${bottom - top}" fill="${colour}" opacity="0.15"/>`,
      );
    from = to;
  }
  return drawn;
}

function scorePanel(bins: readonly PlotBin[], y: number, x: (bin: number) => number, step: number): string {
  const at = (score: number) => y + panelHeight * (1 - score);
  const points = bins.map(({ anomaly }, i) => `${(x(i) + step / 2).toFixed(1)},${at(anomaly).toFixed(1)}`);
  return [
    text(left - 10, y + 14, 'anomaly_score', 'text-anchor="end"'),
    text(left - 10, at(0.5) + 4, 'limit 0.5', 'text-anchor="end" fill="#666"'),
    `<line x1="${left}" x2="${width - right}" y1="${at(0.5)}" y2="${at(0.5)}" stroke="#999" stroke-dasharray="4 3"/>`,
    `<polyline points="${points.join(' ')}" fill="none" stroke="#222"/>`,
  ].join('');
}

function sensorPanel(
  bins: readonly PlotBin[],
  sensor: number,
  name: string,
  y: number,
  x: (bin: number) => number,
  step: number,
): string {
  const values = bins.flatMap(({ min, max }) =>
    min[sensor]! <= max[sensor]! ? [min[sensor]!, max[sensor]!] : [],
  );
  const [least, most] = values.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (least > most) return text(left - 10, y + 14, `${name}: no values`, 'text-anchor="end"');
  const range = most - least || 1;
  const at = (value: number) =>
    y + panelHeight * (1 - Math.min(1.05, Math.max(-0.05, (value - least) / range)));
  const middle = (i: number) => (x(i) + step / 2).toFixed(1);
  const area = (upper: (bin: PlotBin) => number, lower: (bin: PlotBin) => number) => {
    const known = [...bins.keys()].filter(
      (i) => Number.isFinite(upper(bins[i]!)) && Number.isFinite(lower(bins[i]!)),
    );
    const up = known.map((i) => `${middle(i)},${at(upper(bins[i]!)).toFixed(1)}`);
    const down = known.reverse().map((i) => `${middle(i)},${at(lower(bins[i]!)).toFixed(1)}`);
    return [...up, ...down].join(' ');
  };
  const number = (value: number) => String(Number(value.toPrecision(4)));
  return [
    text(left - 10, y + 14, name, 'text-anchor="end"'),
    text(left - 10, y + 34, number(most), 'text-anchor="end" fill="#666"'),
    text(left - 10, y + panelHeight, number(least), 'text-anchor="end" fill="#666"'),
    `<polygon points="${area(
      ({ high }) => high[sensor]!,
      ({ low }) => low[sensor]!,
    )}" fill="#2e7d4f" opacity="0.18"/>`,
    `<polygon points="${area(
      ({ max }) => max[sensor]!,
      ({ min }) => min[sensor]!,
    )}" fill="#1f4e79" stroke="#1f4e79" stroke-width="0.8"/>`,
  ].join('');
}
