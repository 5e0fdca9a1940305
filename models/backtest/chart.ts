import { type BacktestReport, rateText } from './report.ts';

const width = 900;
const left = 190;
const right = 150;
const top = 78;
const rowHeight = 64;
const dotRows = 7;
/** With more failures than this, dots overlap and are drawn paler. */
const strongDotsMax = 30;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function text(x: number, y: number, content: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}" ${more}>${escaped(content)}</text>`;
}

/**
 * Draws one row per policy: a dot for each failure at its lead time, a box for the quartiles, and counts at
 * the right.
 */
function policyRow(
  { name, figures }: BacktestReport['policies'][number],
  index: number,
  x: (rows: number) => number,
): string {
  const middle = top + index * rowHeight + rowHeight / 2;
  const { lead, leadRows, outcomes, failures, falsePerMachineMonth } = figures;
  const opacity = failures > strongDotsMax ? 0.45 : 0.9;
  const dots = leadRows.map((rows, i) => {
    const y = middle - 18 + ((i % dotRows) * 36) / (dotRows - 1);
    return `<circle cx="${x(rows).toFixed(1)}" cy="${y.toFixed(1)}" r="2.5" fill="#4a6fa5" opacity="${opacity}"/>`;
  });
  const box = lead
    ? `<rect x="${x(lead.q25).toFixed(1)}" y="${middle - 14}" width="${Math.max(1, x(lead.q75) - x(lead.q25)).toFixed(1)}" height="28" fill="none" stroke="#222"/>` +
      `<line x1="${x(lead.median).toFixed(1)}" x2="${x(lead.median).toFixed(1)}" y1="${middle - 14}" y2="${middle + 14}" stroke="#222" stroke-width="3"/>`
    : '';
  const unwarned = outcomes.missed + outcomes['too early'];
  const beside = width - right + 12;
  const rate = falsePerMachineMonth === null ? '—' : rateText(falsePerMachineMonth);
  return [
    text(left - 12, middle + 4, name, 'text-anchor="end"'),
    ...dots,
    box,
    text(beside, middle - 4, `unwarned ${unwarned} of ${failures}`, 'fill="#555"'),
    text(beside, middle + 12, `false ${rate} a month`, 'fill="#555"'),
  ].join('');
}

/** Draws the lead time of each failure's warning, by policy, as an SVG document. */
export function leadTimeSvg(report: BacktestReport): string {
  const { horizon, policies, lifeUnit, machineType } = report;
  const end = horizon.rows * horizon.earlyFactor;
  const bottom = top + policies.length * rowHeight;
  const x = (rows: number) => left + ((width - left - right) * rows) / end;
  const ticks = Array.from({ length: Math.floor(horizon.earlyFactor) + 1 }, (_, i) => i * horizon.rows);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${bottom + 52}" viewBox="0 0 ${width} ${bottom + 52}" font-family="system-ui, sans-serif" font-size="12"><title>${machineType}: how long before the failure the warning came</title>`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    text(
      12,
      24,
      `${machineType}: how long before the failure the warning came`,
      'font-size="15" font-weight="600"',
    ),
    text(
      12,
      44,
      'dot: one failure · box: quartiles and median · green: one planning horizon or more',
      'fill="#666"',
    ),
    `<rect x="${x(horizon.rows)}" y="${top}" width="${x(end) - x(horizon.rows)}" height="${bottom - top}" fill="#2e7d4f" opacity="0.08"/>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top}" y2="${bottom}" stroke="#ddd"/>` +
        text(x(tick), bottom + 18, String(tick), 'text-anchor="middle" fill="#555"'),
    ),
    `<line x1="${x(horizon.rows)}" x2="${x(horizon.rows)}" y1="${top}" y2="${bottom}" stroke="#2e7d4f" stroke-width="2"/>`,
    ...policies.map((policy, i) => policyRow(policy, i, x)),
    text(
      (left + width - right) / 2,
      bottom + 40,
      `${lifeUnit} left at the warning`,
      'text-anchor="middle" fill="#555"',
    ),
    '</svg>\n',
  ].join('\n');
}
