import type { Assessment } from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';

export interface MachineIdentity {
  site: string;
  machine: string;
  type: MachineType;
}

/** The subject of a decision: one machine with its window (rows × sensors, oldest first; a short history ends it, NaN before). */
export interface AlertInput {
  machine: MachineIdentity;
  timeMs: number;
  window: Float32Array;
  rows: number;
  /** The window is not full though the machine has been heard for longer: its history is not known from the beginning. */
  cutOff?: boolean;
}

/**
 * The policies' common question: what do you believe of these machines? One answer each, same order; null where this
 * assessor has nothing to say about a machine (a model that does not know its type): then rules decide about that one.
 */
export interface Assessor {
  readonly name: string;
  readonly version: string;
  assess(inputs: readonly AlertInput[], signal: AbortSignal): Promise<(Assessment | null)[]>;
}
