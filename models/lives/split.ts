import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Run, RunDataset } from '../data/dataset.ts';
import { failedRun, isFailure, machineOf, placeOf, type StoredRun, soundRun } from './stored-run.ts';

export interface SplitOptions {
  machineType: string;
  sensors: number;
  /** A life with fewer rows is left out. */
  rowsMin: number;
  labelCap: number;
  /** Fewest lives to a failure that are learnt from. */
  livesMin: number;
  /** Share of the machines that are held back. */
  heldBackShare: number;
  seed: number;
  /** Machines that the version that judges has not learnt from either. */
  unseenBefore?: readonly string[];
}

export interface Split {
  dataset: RunDataset;
  /** Lives that are learnt from: those to a failure, and spans of others. */
  learnt: { failures: StoredRun[]; sound: StoredRun[] };
  /** Lives of the machines that were held back, to a failure or without one. */
  heldBack: StoredRun[];
  heldBackMachines: string[];
}

/** With fewer failures nothing is known of a candidate. */
const examinedMin = 3;

/**
 * Divides lives by machine into those that are learnt from and those of machines that are held back. The same lives and seed give
 * the same parts in the same order. Of spans without a failure as many are learnt from as of lives to one, those with false alarms first.
 * @throws HarbingerError DATA_TOO_SMALL
 */
export function splitLives(stored: readonly StoredRun[], options: SplitOptions): Split {
  const { machineType, rowsMin, labelCap, seed } = options;
  const usable = stored.filter(({ rows }) => rows >= rowsMin);
  const heldBackMachines = chosenMachines(usable, options);
  const held = new Set(heldBackMachines);
  const isHeld = (run: StoredRun) => held.has(machineOf(run));
  const failures = usable.filter((run) => isFailure(run) && !isHeld(run));
  const heldBack = usable.filter((run) => isHeld(run) && (isFailure(run) || run.rows - labelCap >= rowsMin));
  checkEnough(stored, failures, heldBack, options);
  const sound = usable
    .filter((run) => !isFailure(run) && !isHeld(run) && run.rows - labelCap >= rowsMin)
    .sort(
      (a, b) =>
        b.life.outcomes.falseAlarms - a.life.outcomes.falseAlarms ||
        compared(orderOf(a, seed), orderOf(b, seed)),
    )
    .slice(0, failures.length);
  const runs = failures.map(failedRun);
  const soundRuns = sound
    .map((run) => soundRun(run, labelCap, rowsMin))
    .filter((run): run is Run => run !== null);
  const machines = new Set(failures.map(machineOf)).size;
  const description = `${runs.length} lives to a failure of ${machines} machines of type ${machineType}, and ${soundRuns.length} spans without a failure`;
  return {
    dataset: {
      description,
      sensors: options.sensors,
      runs,
      ...(soundRuns.length > 0 && { sound: soundRuns }),
    },
    learnt: { failures, sound },
    heldBack,
    heldBackMachines,
  };
}

const compared = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const orderOf = (run: StoredRun, seed: number) => placeOf(`${machineOf(run)} ${run.life.toMs}`, seed);

/** Machines that have failed, by their place; first those that the other version has not seen either. */
function chosenMachines(
  runs: readonly StoredRun[],
  { heldBackShare, seed, unseenBefore = [] }: SplitOptions,
) {
  const unseen = new Set(unseenBefore);
  const all = [...new Set(runs.filter(isFailure).map(machineOf))].sort(
    (a, b) => Number(unseen.has(b)) - Number(unseen.has(a)) || compared(placeOf(a, seed), placeOf(b, seed)),
  );
  if (all.length < 2) return [];
  const count = Math.min(all.length - 1, Math.max(1, Math.round(heldBackShare * all.length)));
  // Machines without a failure show false alarms; the same share of them is held back.
  const calm = [...new Set(runs.map(machineOf))]
    .filter((machine) => !all.includes(machine))
    .sort((a, b) => compared(placeOf(a, seed), placeOf(b, seed)));
  return [...all.slice(0, count), ...calm.slice(0, Math.round(heldBackShare * calm.length))].sort(compared);
}

function checkEnough(
  stored: readonly StoredRun[],
  failures: readonly StoredRun[],
  heldBack: readonly StoredRun[],
  { machineType, livesMin, rowsMin }: SplitOptions,
): void {
  const examined = heldBack.filter(isFailure).length;
  if (failures.length >= livesMin && examined >= examinedMin) return;
  const all = stored.filter(isFailure);
  const short = all.filter(({ rows }) => rows < rowsMin).length;
  const machines = new Set(all.map(machineOf)).size;
  const tooShort =
    short === 0 ? '' : `, ${short} of them with fewer readings than the ${rowsMin} that are needed`;
  throw new HarbingerError(
    'DATA_TOO_SMALL',
    'cli',
    `there are too few lives of ${machineType}: ${all.length} that ended in a failure are known, of ${machines} machines${tooShort}; ` +
      `${livesMin} to learn from and ${examinedMin} of other machines to be examined on are needed ` +
      `(there are ${failures.length} and ${examined}). Failures are reported on lifecycle/…, or with \`harbinger outcomes add\``,
  );
}
