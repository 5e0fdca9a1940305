import { type MachineType, windowRowsMin } from '../../../shared/domain/machine-type.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';
import type { SampleBudget } from '../baselines/sample-budget.ts';
import { MachineWindow } from './machine-window.ts';
import type { TakenBlock } from './rows/row-blocks.ts';

/**
 * Share of its type's step for which a machine rests; at 1, each step's reading would wait for the end of the rest
 * before it.
 */
const restOfStep = 0.8;
/** Longest rest, however slowly machines of the type age. */
const restMsOfStepMax = 1_000;
/** Resting time by type: a window of readings that come faster than the machine ages adds no information. */
export function restMsOf(type: MachineType, intervalMsMin: number): number {
  return Math.max(intervalMsMin, Math.min(type.stepMs * restOfStep, restMsOfStepMax));
}

export function windowOf(
  type: MachineType,
  samples: Pick<SampleBudget, 'take'>,
  block?: TakenBlock,
): MachineWindow {
  const baseline = { ...baselineOptions(type), samples };
  return new MachineWindow(type.windowRows, type.sensors.length, baseline, {
    rowsMin: windowRowsMin(type),
    stepMs: type.rowPer === 'step' ? type.stepMs : 0,
    ...(block && { block }),
  });
}

/** True if rows of the batch come after `learntTo`; live rows always do. */
export function isNew({ replay, block }: ColumnBatch, learntTo: BlockPosition): boolean {
  return !replay || !block || block.journal !== learntTo.journal || block.seq > learntTo.seq;
}
