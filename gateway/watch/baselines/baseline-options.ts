/** Options of a baseline, and which of them machines of a type get. */
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import type { SampleBudget } from './sample-budget.ts';

/** Rows from which a baseline is learnt: more than that, since the first few seldom show all speeds and loads … */
export const learnRows = 120;
/** … and more still if the type describes neither its machines nor their life. */
export const learnRowsOpen = 600;

export interface BaselineOptions {
  learnRows?: number;
  /**
   * Selects what the score expresses. `state`: the current distance from normal, for types whose wear must stay visible.
   * `events`: how far sensors are beyond their usual range, for machines of which nobody has said what they do; and, below
   * any such score, how rare a recent event was.
   */
  judges?: 'state' | 'events';
  /**
   * The nominal time between two rows, ms. Of faster rows at most `samplesPerStepMax` per step are sampled; 0 (default): all.
   */
  stepMs?: number;
  /** The machine's sensors, by column of its rows. Default: quantities. */
  sensors?: readonly Sensor[];
  /** The budget for samples sooner than about a step after the last one. Default: unlimited. */
  samples?: Pick<SampleBudget, 'take'>;
}

/** Options for machines of a type. Those of open types start, stop and change what they do, which is rare and no news. */
export function baselineOptions(type: MachineType): BaselineOptions {
  const { stepMs, sensors } = type;
  return type.openSensors
    ? { learnRows: learnRowsOpen, judges: 'events', stepMs, sensors }
    : { stepMs, sensors };
}
