import { gaussian, type Random } from '../../../shared/runtime/random.ts';
import type { PlantKind } from './kinds.ts';
import { truths } from './measure.ts';

/** Effect of a fault on one sensor in a row. */
interface Part {
  /** Shift, in the sensor's own deviations within a mode. */
  moved?: number;
  /** Factors of its noise, and of what it shares with the others. */
  noise?: number;
  gain?: number;
  /** It follows the others no longer. */
  isLoose?: boolean;
  isStuck?: boolean;
}

interface Effect {
  truth: number;
  sensor(column: number): Part | null;
}

export interface Active {
  /** Null: nothing in this row. */
  at(row: number, mode: number): Effect | null;
}

interface Begin {
  kind: PlantKind;
  random: Random;
  learnRows: number;
  rows: number;
  sensors: number;
}

export interface Fault {
  name: string;
  begin(about: Begin): Active;
}

/** Rows between two visits of what returns. */
const returnRows = 1_500;

/** A fault of some rows that begins somewhere in the first third of the judged part. @param lasts rows; absent: to the end */
function lasting(
  name: string,
  lasts: number | null,
  effect: (about: Begin) => (column: number, row: number, from: number) => Part | null,
  { truth = truths.fault as number, visits = 1, onlyMode = null as number | null } = {},
): Fault {
  return {
    name,
    begin(about) {
      const { random, learnRows, rows } = about;
      const from = learnRows + Math.round((0.1 + 0.2 * random.next()) * (rows - learnRows));
      const parts = effect(about);
      return {
        at(row, mode) {
          if (row < from || (onlyMode !== null && mode !== onlyMode)) return null;
          const visit = Math.floor((row - from) / ((lasts ?? 0) + returnRows));
          const begun = from + visit * ((lasts ?? 0) + returnRows);
          if (lasts !== null && (visit >= visits || row >= begun + lasts)) return null;
          return { truth, sensor: (column) => parts(column, row, lasts === null ? from : begun) };
        },
      };
    },
  };
}

const one = (about: Begin): number => Math.floor(about.random.next() * usable(about));
/** The first sensors: switches and still ones come last, and have no faults. */
const usable = ({ kind, sensors }: Begin): number => sensors - (kind.switches ?? 0) - (kind.still ?? 0);

const step = (size: number) => (about: Begin) => {
  const victim = one(about);
  return (column: number): Part | null => (column === victim ? { moved: size } : null);
};

/** Rises to `size` within so many rows, and stays there. */
const drift = (size: number, rows: number) => (about: Begin) => {
  const victim = one(about);
  return (column: number, row: number, from: number): Part | null =>
    column === victim ? { moved: size * Math.min(1, (row - from) / rows) } : null;
};

/** All sensors move slowly, as with the weather or the season. */
const driftEverywhere = (size: number, rows: number) => (about: Begin) => {
  const moves = Array.from({ length: about.sensors }, () => size * gaussian(about.random));
  return (column: number, row: number, from: number): Part => ({
    moved: moves[column]! * Math.min(1, (row - from) / rows),
  });
};

/** All sensors move, as after a repair or with another product: nobody can say which it is. */
const everywhere = (size: number) => (about: Begin) => {
  const moves = Array.from({ length: about.sensors }, () => size * gaussian(about.random));
  return (column: number): Part => ({ moved: moves[column]! });
};

export const faults: Record<string, Fault> = Object.fromEntries(
  [
    lasting('step of 3, lasting', null, step(3)),
    lasting('step of 8, lasting', null, step(8)),
    lasting('step of 200, lasting', null, step(200)),
    lasting('step of 5, 600 rows', 600, step(5)),
    lasting('step of 6, 20 rows', 20, step(6)),
    lasting('step of 12, 3 rows', 3, step(12)),
    lasting(
      'half of the sensors by 2.5, 600 rows',
      600,
      () => (column) => (column % 2 ? { moved: 2.5 } : null),
    ),
    lasting('drift to 6 over 2,000 rows', 2_000, drift(6, 2_000)),
    lasting('drift to 3 over 500 rows, lasting', null, drift(3, 500)),
    lasting('drift to 20 over 2,000 rows, lasting', null, drift(20, 2_000)),
    lasting('legitimate drift of all', null, driftEverywhere(3, 2_500), { truth: truths.changed }),
    lasting('noise of 3 times, 600 rows', 600, (about) => {
      const victim = one(about);
      return (column) => (column === victim ? { noise: 3, isLoose: true } : null);
    }),
    lasting('decoupled, 600 rows', 600, () => (column) => (column % 3 === 0 ? { isLoose: true } : null)),
    lasting('stuck, 600 rows', 600, (about) => {
      const victim = one(about);
      return (column) => (column === victim ? { isStuck: true } : null);
    }),
    lasting('step of 6, returns three times', 300, step(6), { visits: 3 }),
    lasting('step of 7.5 in one mode', null, step(7.5), { onlyMode: 1 }),
    lasting('legitimate change of all', null, everywhere(6), { truth: truths.changed }),
  ].map((fault) => [fault.name, fault]),
);
