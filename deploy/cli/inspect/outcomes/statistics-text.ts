import type { JudgedWith } from '../../../../cloud/ports/outcomes/outcomes.ts';
import type { Spread } from '../../../../shared/statistics/quantiles.ts';
import { intervalText, type Share, shareText } from '../../../../shared/statistics/wilson.ts';
import { durationText } from '../../../../shared/words/times.ts';
import { printable } from '../../output.ts';
import { judgedWithText } from './outcome-texts.ts';

/** Figures as the API answers them. */
export interface Figures {
  warnings: {
    total: number;
    confirmed: number;
    falseAlarms: number;
    planned: number;
    unknown: number;
    open: number;
    inferred: number;
  };
  precision: Share | null;
  recall: Share | null;
  leadMs: Spread | null;
  calibration: { from: number; to: number; said: number; confirmed: Share }[];
  months: Month[];
}

interface Month {
  month: string;
  precision: Share | null;
  recall: Share | null;
  /** Absent from clouds of earlier versions, as the next. */
  said?: number | null;
  leadMs?: Spread | null;
}

export interface Statistics {
  all: Figures;
  policies: (Figures & JudgedWith & { machineType: string })[];
}

export function statisticsText({ all, policies }: Statistics): string {
  return [paragraph('All', all), policiesText(policies)].filter((text) => text !== '').join('\n');
}

export function policiesText(policies: Statistics['policies']): string {
  return policies
    .map((each) => paragraph(`${judgedWithText(each)}, machines of type ${each.machineType}`, each))
    .join('\n');
}

function paragraph(title: string, figures: Figures): string {
  const { recall, leadMs, calibration, months } = figures;
  const lines = [
    ...warningsText(figures),
    ...(recall ? [`failures that were announced: ${shareText(recall)}`] : []),
    ...(leadMs ? [leadText(leadMs)] : []),
    ...calibration.map(({ from, to, said, confirmed }) => {
      const range = `${Math.round(from * 100)} to ${Math.round(to * 100)} %`;
      return `said with ${range} certainty (mean ${Math.round(said * 100)} %), confirmed: ${shareText(confirmed)}`;
    }),
    ...(months.length > 1 ? months.map(monthText) : []),
  ];
  return `${printable(title, 200)}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function warningsText({ warnings, precision }: Figures): string[] {
  const { planned, unknown, open, inferred } = warnings;
  const closed = unknown - open;
  const others = [
    ...(closed > 0 ? [`of ${closed} more it is not known what they were`] : []),
    ...(open > 0 ? [`${open} more ${open === 1 ? 'is' : 'are'} open`] : []),
    ...(planned > 0 ? [`${planned} more ${planned === 1 ? 'was' : 'were'} planned`] : []),
  ];
  const first = precision
    ? `of the last ${precision.of} ${precision.of === 1 ? 'warning' : 'warnings'} ${precision.count} ${precision.count === 1 ? 'was' : 'were'} confirmed (${intervalText(precision)})`
    : 'of no warning it is known what it was';
  const how = inferred > 0 && precision ? ` ${inferred} of them by what was reported, by no person` : '';
  return [`${first}${how && `;${how}`}`, ...others];
}

function leadText({ median, q25, q75, low, high, count }: Spread): string {
  const interval =
    low === null || high === null ? '' : `; median between ${durationText(low)} and ${durationText(high)}`;
  return `lead time: median ${durationText(median)}, quartiles ${durationText(q25)} and ${durationText(q75)}, of ${count}${interval}`;
}

function monthText({ month, precision, recall, said = null, leadMs = null }: Month): string {
  const sure = said === null ? '' : `, said with ${Math.round(said * 100)} % certainty`;
  const right = precision ? `confirmed ${shareText(precision)}${sure}` : 'no warning known';
  const ahead = leadMs ? `; lead time ${durationText(leadMs.median)} (median of ${leadMs.count})` : '';
  return `${month}: ${right}${recall ? `; failures announced ${shareText(recall)}` : ''}${ahead}`;
}
