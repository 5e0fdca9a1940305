import type { Assessment } from '../../../../shared/contract/events.ts';
import type { Decided, Verdict } from '../../../../shared/decisions/policy.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { MachineLessons } from '../../../ports/fleet/lessons.ts';
import type { AlertDecisionConfig } from '../config.ts';
import type { CauseStep } from '../state/causes.ts';
import type { MachineAlerts } from '../state/machine-book.ts';

export interface StepContext {
  config: AlertDecisionConfig;
  /** Monotonic. */
  nowMs: number;
  /** By the gateway's clock, ms since 1970. */
  wallMs: number;
  newId: () => string;
  /** Undefined: nothing is learnt from outcomes. */
  lessons?: MachineLessons | undefined;
}

export type DecidedAssessment = Decided<Assessment> & { verdict: Verdict<Assessment> };

/** A change of one cause, with the words for it. */
export interface SaidStep extends CauseStep {
  reasons: string[];
}

/** One decision about one machine. */
export interface Judged {
  machine: MachineAlerts;
  input: AlertInput;
  decided: DecidedAssessment;
  context: StepContext;
}
