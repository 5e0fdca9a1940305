/** Steps of the windows that concern what is remembered of a machine. */
import type { ColumnBatch } from '../../ports/watch.ts';
import type { MachineLevels } from './machine-levels.ts';

/** The part of a watched machine that these steps need. */
interface Remembered {
  readonly levels: MachineLevels | null;
  readonly hearing: { listener: object | null } | null;
  readonly running: { begin(): void } | null;
  faults: object | null;
  hadFaults: boolean;
  refusedMs: object | null;
}

/** The levels take a row of a batch. @param isLate it is older than the newest row of its machine */
export function remember(levels: MachineLevels, batch: ColumnBatch, row: number, isLate: boolean): void {
  const { values, offset, timeMs, replay } = batch;
  levels.take(values, offset[row]!, offset[row + 1]!, timeMs[row]!, replay || isLate);
}

/** Forgets what was known of the machine before it was replaced, but for its window and limits. */
export function renew(machine: Remembered): void {
  machine.faults = null;
  machine.hadFaults = false;
  machine.refusedMs = null;
  machine.levels?.clear();
  machine.running?.begin();
}

/** Nothing is to reach a machine any more that has lost its window. */
export function unwatch({ hearing, levels }: Remembered): void {
  if (hearing) hearing.listener = null;
  levels?.bind(null);
}
