import { markdownTable, notesOf, type OperatorReport } from './report.ts';

const title = '## For operators';

/** What a model's card says of its warnings. */
export function operatorsSection(report: OperatorReport): string {
  const notes = notesOf(report).map((note) => `- ${note}`);
  return [title, '', ...markdownTable(report), '', ...notes, ''].join('\n');
}

/** The card with the section in place of an earlier one, or at its end. */
export function withOperators(card: string, report: OperatorReport): string {
  const begin = card.indexOf(`${title}\n`);
  const before = begin < 0 ? card : card.slice(0, begin);
  const next = begin < 0 ? -1 : card.indexOf('\n## ', begin + title.length);
  const after = next < 0 ? '' : card.slice(next);
  return `${before.trimEnd()}\n\n${operatorsSection(report)}${after}`;
}
