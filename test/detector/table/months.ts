import { judges } from '../judges/judges.ts';
import { kindsChosenOn } from '../months/kinds-chosen.ts';
import { kindsLater } from '../months/kinds-later.ts';
import { kindsLookedAt } from '../months/kinds-looked-at.ts';
import { kindsReportedOn } from '../months/kinds-reported.ts';
import { kindsSlow } from '../months/kinds-slow.ts';
import type { MachineKind } from '../months/machine.ts';
import { dayMinutes } from '../months/machine.ts';
import { type MonthFault, monthFaults } from '../months/month-faults.ts';
import { type Life, live } from '../months/months.ts';
import type { Line, Table } from './table.ts';

/** Simple judges learn for the days before any fault begins. */
const learnDays = 28;
const yearMinutes = 365 * dayMinutes;

export const monthSets: Readonly<Record<string, readonly MachineKind[]>> = {
  chosen: [...kindsChosenOn, ...kindsLookedAt],
  reported: [...kindsReportedOn, ...kindsSlow],
  later: kindsLater,
};

export interface MonthsOptions {
  set: string;
  kinds: readonly string[];
  faults: readonly string[];
  judges: readonly string[];
  seeds: readonly number[];
  days: number;
  stepMinutes: number;
  onLine(line: Line): void;
}

/** Kinds and faults by name; all where none is named. 'nothing' stands for a machine that is well. */
export function monthsTable(options: MonthsOptions): Table {
  const { set, kinds, faults, seeds, days, stepMinutes } = options;
  const chosen = (monthSets[set] ?? []).filter(({ name }) => kinds.length === 0 || kinds.includes(name));
  const every: (MonthFault | null)[] = [null, ...monthFaults].filter(
    (fault) => faults.length === 0 || faults.includes(fault?.name ?? 'nothing'),
  );
  const lines: Line[] = [];
  for (const fault of every)
    for (const judge of options.judges) {
      const learnRows = (learnDays * dayMinutes) / stepMinutes;
      const newJudge = (sensors: number) => judges[judge]!(sensors, learnRows);
      const byKind = chosen.map((kind) => ({
        kind,
        lives: seeds.map((seed) => live(kind, fault, newJudge, { days, seed, stepMinutes })),
      }));
      const add = (what: string, lives: readonly Life[]) => {
        const line = { what, judge, figures: fault ? figuresOfFault(lives) : figuresOfWell(lives) };
        lines.push(line);
        options.onLine(line);
      };
      if (!fault) for (const { kind, lives } of byKind) add(kind.name, lives);
      add(
        fault?.name ?? 'all that are well',
        byKind.flatMap(({ lives }) => lives),
      );
    }
  const each = stepMinutes === 1 ? 'a minute' : `${Math.round(stepMinutes * 60)} s`;
  return { title: `Machines over ${days} days, a reading each ${each}, ${set}`, lines };
}

const sum = (lives: readonly Life[], of: (life: Life) => number) =>
  lives.reduce((all, life) => all + of(life), 0);

function figuresOfWell(lives: readonly Life[]): Record<string, number> {
  const minutes = sum(lives, ({ wellMinutes }) => wellMinutes);
  const years = minutes / yearMinutes;
  return {
    'machine-years': years,
    'alerts a machine-year': sum(lives, ({ falseAlerts }) => falseAlerts) / years,
    'of time with an alert %': sum(lives, ({ toldMinutes }) => toldMinutes) / minutes,
    'else changed %': sum(lives, ({ changedMinutes }) => changedMinutes) / minutes,
  };
}

function figuresOfFault(lives: readonly Life[]): Record<string, number> {
  const delays = lives.map(({ delayMinutes }) => delayMinutes).filter((delay) => !Number.isNaN(delay));
  delays.sort((a, b) => a - b);
  return {
    machines: lives.length,
    told: delays.length,
    'median delay, min': delays[delays.length >> 1] ?? Number.NaN,
    forgotten: lives.filter(({ isForgotten }) => isForgotten).length,
    'of days noticed %':
      sum(lives, ({ noticedDays }) => noticedDays) / sum(lives, ({ faultDays }) => faultDays),
  };
}
