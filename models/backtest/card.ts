import { type BacktestReport, markdownTable, notesOf } from './report.ts';

const title = '## For operators';

/** What a model's card says of its warnings. */
export function backtestSection(report: BacktestReport): string {
  const notes = notesOf(report).map((note) => `- ${note}`);
  return [title, '', ...markdownTable(report), '', ...notes, ''].join('\n');
}

/** The card with the section in place of an earlier one, or at its end. */
export function withBacktest(card: string, report: BacktestReport): string {
  const begin = card.indexOf(`${title}\n`);
  const before = begin < 0 ? card : card.slice(0, begin);
  const next = begin < 0 ? -1 : card.indexOf('\n## ', begin + title.length);
  const after = next < 0 ? '' : card.slice(next);
  return `${before.trimEnd()}\n\n${backtestSection(report)}${after}`;
}
