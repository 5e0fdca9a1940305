import type { Assessment } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';

export interface MachineIdentity {
  site: string;
  machine: string;
  type: MachineType;
}

/**
 * The subject of a decision: one machine with its window (rows × sensors, oldest first; a short history is at its end,
 * with NaN before it).
 */
export interface AlertInput {
  machine: MachineIdentity;
  timeMs: number;
  window: Float32Array;
  rows: number;
  /** True if the window is not full although the machine's history is longer, so that its beginning is unknown. */
  cutOff?: boolean;
}

/**
 * Assesses machines. Returns one assessment per input, in the same order; null if this assessor has no answer for a
 * machine (for example a model that does not know its type): the next one then decides.
 */
export interface Assessor {
  readonly name: string;
  readonly version: string;
  assess(inputs: readonly AlertInput[], signal: AbortSignal): Promise<(Assessment | null)[]>;
}
