import { escaped } from '../chart.ts';
import { short } from '../report.ts';
import type { CurveResult, Series } from './curve.ts';

const width = 560;
const height = 330;
const plot = { left: 66, right: 20, top: 64, bottom: 46 };
const colours = ['#2e7d4f', '#4a6fa5', '#b0562b'];

interface Axis {
  low: number;
  high: number;
  at(value: number): number;
}

/** An axis of whole decades around the values. */
function axis(values: number[], from: number, to: number): Axis {
  const low = 10 ** Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low * 10, 10 ** Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  const scale = (to - from) / Math.log10(high / low);
  return { low, high, at: (value) => from + Math.log10(value / low) * scale };
}

function decades({ low, high }: Axis): number[] {
  const count = Math.round(Math.log10(high / low));
  return Array.from({ length: count + 1 }, (_, i) => low * 10 ** i);
}

function grid(x: Axis, y: Axis): string[] {
  const bottom = height - plot.bottom;
  const columns = decades(x).map(
    (value) =>
      `<line x1="${x.at(value)}" x2="${x.at(value)}" y1="${plot.top}" y2="${bottom}" stroke="#e8e8e8"/>` +
      `<text x="${x.at(value)}" y="${bottom + 16}" text-anchor="middle" fill="#555">${short(value)}</text>`,
  );
  const rows = decades(y).map(
    (value) =>
      `<line x1="${plot.left}" x2="${width - plot.right}" y1="${y.at(value)}" y2="${y.at(value)}" stroke="#e8e8e8"/>` +
      `<text x="${plot.left - 8}" y="${y.at(value) + 4}" text-anchor="end" fill="#555">${short(value)}</text>`,
  );
  return [...columns, ...rows];
}

/** Draws a log-log chart. The dashed line shows exactly linear growth of the total cost from the first point on. */
export function growthSvg(curve: CurveResult): string {
  const pointsOf = ({ key }: Series) => curve.points.filter((point) => Number.isFinite(point.costs[key]));
  const sizes = curve.points.map((point) => point.size);
  const costs = curve.series.flatMap((series) => pointsOf(series).map((point) => point.costs[series.key]!));
  const x = axis(sizes, plot.left, width - plot.right);
  const y = axis(costs, height - plot.bottom, plot.top);
  const clip = `<clipPath id="plot"><rect x="${plot.left}" y="${plot.top}" width="${width - plot.left - plot.right}" height="${height - plot.top - plot.bottom}"/></clipPath>`;
  const lines = curve.series.map((series, i) => {
    const points = pointsOf(series);
    const pointAt = (size: number, cost: number) => `${x.at(size).toFixed(1)},${y.at(cost).toFixed(1)}`;
    const [first, last] = [points[0]!, points.at(-1)!];
    const linear = first.costs[series.key]! * (series.perItem ? 1 : last.size / first.size);
    const colour = colours[i % colours.length]!;
    return [
      `<polyline clip-path="url(#plot)" points="${pointAt(first.size, first.costs[series.key]!)} ${pointAt(last.size, linear)}" fill="none" stroke="${colour}" stroke-dasharray="4 4" opacity="0.55"/>`,
      `<polyline points="${points.map((point) => pointAt(point.size, point.costs[series.key]!)).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...points.map(
        (point) =>
          `<circle cx="${x.at(point.size).toFixed(1)}" cy="${y.at(point.costs[series.key]!).toFixed(1)}" r="3.5" fill="${colour}"><title>${short(point.size)}: ${short(point.costs[series.key]!)} ${escaped(series.unit)}</title></circle>`,
      ),
      `<text x="${plot.left + (i % 2) * 250}" y="${40 + Math.floor(i / 2) * 16}" fill="${colour}">${escaped(`${series.title}, ${series.unit}`)}</text>`,
    ].join('');
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><title>${escaped(curve.title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>${clip}`,
    `<text x="12" y="22" font-size="14" font-weight="600">${escaped(curve.title)}</text>`,
    ...grid(x, y),
    ...lines,
    `<text x="${(plot.left + width - plot.right) / 2}" y="${height - 10}" text-anchor="middle" fill="#555">${escaped(curve.sizeTitle)} (dashed: linear)</text>`,
    '</svg>\n',
  ].join('\n');
}
