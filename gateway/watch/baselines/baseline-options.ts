/** Options of a baseline, and which of them machines of a type get. */
import { isJudgedByItsPast } from '../../../shared/domain/alert-policy.ts';
import type { MachineType, Sensor } from '../../../shared/domain/machine-type.ts';
import type { SampleBudget } from './sample-budget.ts';

/** Rows from which a baseline is learnt: more than that, since the first few seldom show all speeds and loads … */
export const learnRows = 120;
/** … and more still where nothing but its own past says what a machine does. */
export const learnRowsOpen = 600;

export const unlimited = { take: () => true };

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

/** Options for machines of a type. That they start, stop and change what they do is rare, and no news where their own past judges. */
export function baselineOptions(type: MachineType): BaselineOptions {
  const { stepMs, sensors } = type;
  return isJudgedByItsPast(type)
    ? { learnRows: learnRowsOpen, judges: 'events', stepMs, sensors }
    : { stepMs, sensors };
}
