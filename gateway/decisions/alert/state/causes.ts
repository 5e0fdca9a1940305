/**
 * The causes of a machine's alerts: which alert a cause opens, joins, changes or ends. Pure, so that it can be tested by
 * properties.
 *
 *     cause         joins, when it begins                           else
 *     a limit       the oldest alert that an estimate has opened    opens an alert
 *     an estimate   the alert of a limit                            opens an alert
 *     a fault       none: a broken probe is another matter          opens an alert
 *     silence       none: nothing is known of the others then       opens an alert
 *
 * So a limit beside wear-out is one alert, with one prediction id from its opening to its end. An alert is as severe as
 * the worst of its causes, and ends with the last of them. Estimates that are open before a limit is met stay alerts of
 * their own.
 */
import type { EstimateSource } from '../../../../shared/contract/events.ts';
import type { Change, Severity } from './alert-state.ts';

export type CauseKind = 'limit' | 'estimate' | 'fault' | 'silence';

export interface Cause {
  failureMode: string;
  kind: CauseKind;
  severity: Severity;
  /** The source of the estimate that found it; null if it is not known any more, or none did. */
  source: EstimateSource | null;
}

/** A change of one cause by a decision. */
export interface CauseStep {
  cause: Omit<Cause, 'severity'>;
  change: Change;
}

/** The consequence for one alert: `before` is null if it is opened, `causes` is empty if it ends. */
export interface Outcome<A, S extends CauseStep> {
  before: A | null;
  causes: Cause[];
  /** The steps that changed it, in their order. */
  steps: S[];
}

/** Applies the steps of one decision. @param alerts open ones, the oldest first; the outcomes are of those that change */
export function applySteps<A extends { causes: readonly Cause[] }, S extends CauseStep>(
  alerts: readonly A[],
  steps: readonly S[],
): Outcome<A, S>[] {
  const outcomes: Outcome<A, S>[] = alerts.map((before) => ({
    before,
    causes: [...before.causes],
    steps: [],
  }));
  // Causes that begin join before others end, so that an alert goes on when one cause follows another.
  for (const step of steps) if (step.change.kind === 'opened') open(outcomes, step);
  for (const step of steps) if (step.change.kind !== 'opened') change(outcomes, step);
  return outcomes.filter((outcome) => outcome.steps.length > 0);
}

function open<A, S extends CauseStep>(outcomes: Outcome<A, S>[], step: S): void {
  const wanted = { limit: 'estimate', estimate: 'limit', fault: null, silence: null }[step.cause.kind];
  const host = outcomes.find(({ causes }) => causes.some(({ kind }) => kind === wanted));
  const cause = { ...step.cause, severity: step.change.severity };
  if (!host) {
    outcomes.push({ before: null, causes: [cause], steps: [step] });
    return;
  }
  host.causes.push(cause);
  host.steps.push(step);
}

function change<A, S extends CauseStep>(outcomes: Outcome<A, S>[], step: S): void {
  const { failureMode } = step.cause;
  const outcome = outcomes.find(({ causes }) => causes.some((cause) => cause.failureMode === failureMode));
  if (!outcome) return;
  const isGone = step.change.kind === 'resolved';
  outcome.causes = outcome.causes.flatMap((cause) => {
    if (cause.failureMode !== failureMode) return [cause];
    return isGone ? [] : [{ ...step.cause, severity: step.change.severity }];
  });
  outcome.steps.push(step);
}

/** The severity of an alert with these causes. */
export function worstOf(causes: readonly Pick<Cause, 'severity'>[]): Severity {
  return causes.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
}
