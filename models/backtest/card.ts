import { type BacktestReport, markdownTable, notesOf } from './report.ts';

const title = '## For operators';

/** The section of a model card that reports lead time and false alerts. */
export function backtestSection(report: BacktestReport): string {
  const notes = notesOf(report).map((note) => `- ${note}`);
  return [title, '', ...markdownTable(report), '', ...notes, ''].join('\n');
}

/** Returns the card with the section in place of an earlier one, or appended if there is none. */
export function withBacktest(card: string, report: BacktestReport): string {
  const begin = card.indexOf(`${title}\n`);
  const before = begin < 0 ? card : card.slice(0, begin);
  const next = begin < 0 ? -1 : card.indexOf('\n## ', begin + title.length);
  const after = next < 0 ? '' : card.slice(next);
  return `${before.trimEnd()}\n\n${backtestSection(report)}${after}`;
}
