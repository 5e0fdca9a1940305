import type { Judge } from '../judges/judge.ts';
import { judges } from '../judges/judges.ts';
import { type Fault, faults } from '../plants/faults.ts';
import { kindsChosenOn, kindsHeldOut, type PlantKind } from '../plants/kinds.ts';
import { type Figures, figuresOf, type PlantSeries, type Verdicts } from '../plants/measure.ts';
import { makePlant } from '../plants/plant.ts';
import type { Line, Table } from './table.ts';

/** Rows that are judged take no longer than a few microseconds each, so many machines fit into a minute. */
const length = { learnRows: 2_000, judgedRows: 4_000 };
const sensorsMax = 12;

export interface RowsOptions {
  set: string;
  faults: readonly string[];
  judges: readonly string[];
  seeds: readonly number[];
  onLine(line: Line): void;
}

/** Forty sensors take as long as all other kinds together. */
const setOf = (set: string): readonly PlantKind[] =>
  (set === 'chosen' ? kindsChosenOn : kindsHeldOut).filter(({ sensors }) => sensors <= sensorsMax);

export const seedOf = (kind: PlantKind, fault: Fault | null, seed: number): number =>
  1_000 * seed + 7 * kind.name.length + (fault?.name.length ?? 0);

const canHave = (kind: PlantKind, fault: Fault | null) => !fault?.name.includes('one mode') || kind.modes > 1;

/** Lets a judge of machines without times see each row of a series. */
export function verdictsOf({ values, sensors, rows }: PlantSeries, judge: Judge): Verdicts {
  const [told, changed] = [new Uint8Array(rows), new Uint8Array(rows)];
  for (let row = 0; row < rows; row++) {
    judge.push(values.subarray(row * sensors, (row + 1) * sensors), 0, Number.NaN);
    told[row] = Number(judge.isTold);
    changed[row] = Number(judge.isChanged);
  }
  return { told, changed };
}

/** Figures of each machine of these kinds and seeds that can have the fault. */
export function figuresBy(
  judge: string,
  kinds: readonly PlantKind[],
  fault: Fault | null,
  seeds: readonly number[],
): Figures[] {
  return kinds
    .filter((kind) => canHave(kind, fault))
    .flatMap((kind) => seeds.map((seed) => makePlant(kind, fault, seedOf(kind, fault, seed), length)))
    .map((series) => figuresOf(series, verdictsOf(series, judges[judge]!(series.sensors, series.learnRows))));
}

export const meanOf = (all: readonly Figures[], of: (figures: Figures) => number): number => {
  const known = all.map(of).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : known.reduce((sum, value) => sum + value, 0) / known.length;
};

export function rowsTable({ set, faults: named, judges: by, seeds, onLine }: RowsOptions): Table {
  const lines: Line[] = [];
  const every = [null, ...Object.values(faults)].filter(
    (fault) => named.length === 0 || named.includes(fault?.name ?? 'nothing'),
  );
  for (const fault of every)
    for (const judge of by) {
      const all = figuresBy(judge, setOf(set), fault, seeds);
      const figures = {
        'found %': meanOf(all, ({ found }) => found),
        'noticed %': meanOf(all, ({ noticed }) => noticed),
        'told without cause %': meanOf(all, ({ falseShare }) => falseShare),
        'episodes of that': meanOf(all, ({ falseEpisodes }) => falseEpisodes),
      };
      const line = { what: fault?.name ?? 'nothing', judge, figures };
      lines.push(line);
      onLine(line);
    }
  return { title: `Machines of ${length.judgedRows} judged rows, ${set}`, lines };
}
