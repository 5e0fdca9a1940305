import type { Spread } from './measure/stats.ts';
import { short, targetText } from './report.ts';
import type { FigureResult } from './runner.ts';

const width = 980;
const labelWidth = 430;
const barWidth = 330;
const rowHeight = 30;
const top = 52;

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The value that the figure is judged by. */
function measured(figure: FigureResult): Spread {
  return figure.targetFor === 'value' || Number.isNaN(figure.ratio.median) ? figure.product : figure.ratio;
}

function bar(figure: FigureResult, index: number): string {
  const y = top + index * rowHeight;
  const value = measured(figure);
  const ofBare = value === figure.ratio;
  const scaleMax = Math.max(value.max, figure.target ?? 0, ofBare ? 1 : 0) * 1.08 || 1;
  const x = (at: number) => (labelWidth + (at / scaleMax) * barWidth).toFixed(1);
  const length = ((value.median / scaleMax) * barWidth).toFixed(1);
  const colour = figure.met === false ? '#c0392b' : figure.met ? '#2e7d4f' : '#4a6fa5';
  const mark = (at: number, stroke: string, dash: string) =>
    `<line x1="${x(at)}" x2="${x(at)}" y1="${y - 4}" y2="${y + 20}" stroke="${stroke}" stroke-width="2"${dash}/>`;
  const unit = ofBare ? 'of bare' : figure.unit;
  const target = figure.target === undefined ? '' : `, target ${targetText(figure)}`;
  return [
    `<text x="${labelWidth - 10}" y="${y + 13}" text-anchor="end">${escaped(`${figure.scenario}: ${figure.title}`)}</text>`,
    `<rect x="${labelWidth}" y="${y}" width="${length}" height="16" rx="2" fill="${colour}"/>`,
    `<line x1="${x(value.min)}" x2="${x(value.max)}" y1="${y + 8}" y2="${y + 8}" stroke="#222"/>`,
    ofBare ? mark(1, '#999', ' stroke-dasharray="3 3"') : '',
    figure.target === undefined ? '' : mark(figure.target, '#d98e04', ''),
    `<text x="${labelWidth + barWidth + 12}" y="${y + 13}">${escaped(`${short(value.median)} ${unit}`)}<tspan fill="#777">${escaped(target)}</tspan></text>`,
  ].join('');
}

/** Draws horizontal bars, each on its own scale. Green: target met; red: missed; blue: no target. */
export function chartSvg(figures: readonly FigureResult[]): string {
  const shown = figures.filter((figure) => Number.isFinite(measured(figure).median));
  const height = top + shown.length * rowHeight + 12;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12"><title>Harbinger: measured against its targets</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="12" y="22" font-size="15" font-weight="600">Harbinger: measured against its targets</text>`,
    `<text x="12" y="39" fill="#666">orange: target · dashed: bare Aedes under the same load · thin line: spread</text>`,
    ...shown.map(bar),
    '</svg>\n',
  ].join('\n');
}
