import { short } from './report.ts';
import type { FigureResult } from './runner.ts';

const width = 820;
const labelWidth = 330;
const barWidth = 380;
const rowHeight = 30;
const top = 46;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function bar(figure: FigureResult, index: number): string {
  const y = top + index * rowHeight;
  const scaleMax = Math.max(1, figure.ratio.max, figure.target ?? 0) * 1.1;
  const x = (ratio: number) => (labelWidth + (ratio / scaleMax) * barWidth).toFixed(1);
  const length = ((figure.ratio.median / scaleMax) * barWidth).toFixed(1);
  const colour = figure.met === false ? '#c0392b' : figure.met ? '#2e7d4f' : '#4a6fa5';
  const mark = (ratio: number, stroke: string, dash: string) =>
    `<line x1="${x(ratio)}" x2="${x(ratio)}" y1="${y - 3}" y2="${y + 19}" stroke="${stroke}" stroke-width="2"${dash}/>`;
  const label = `${figure.scenario}: ${figure.title} (${figure.better} is better)`;
  return [
    `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${length}" height="16" rx="2" fill="${colour}"/>`,
    `<line x1="${x(figure.ratio.min)}" x2="${x(figure.ratio.max)}" y1="${y + 8}" y2="${y + 8}" stroke="#222"/>`,
    mark(1, '#888', ' stroke-dasharray="3 3"'),
    figure.target === undefined ? '' : mark(figure.target, '#d98e04', ''),
    `<text x="${labelWidth + barWidth + 12}" y="${y + 13}">${short(figure.ratio.median)}</text>`,
  ].join('');
}

/** Horizontal bars of product ÷ bare, each on its own scale; dashed: bare Aedes (1), solid mark: the target. */
export function chartSvg(figures: readonly FigureResult[]): string {
  const shown = figures.filter((figure) => Number.isFinite(figure.ratio.median));
  const height = top + shown.length * rowHeight + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="600">Harbinger ÷ bare Aedes, same load, same run</text>`,
    `<text x="${width - 12}" y="24" text-anchor="end" fill="#666">dashed: bare Aedes · orange: target · line: spread</text>`,
    ...shown.map(bar),
    '</svg>\n',
  ].join('\n');
}
