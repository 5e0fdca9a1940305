/**
 * Steps (gateway/decisions/alert/steps): what a decision about a machine changes of the causes of its alerts, with the words
 * for it: estimates here, limits, faults of sensors and silence in files of their own. Which alert changes by that is decided
 * one folder up.
 */
import { type EstimatePolicy, isEstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { limitPolicyOf } from '../../../../shared/domain/limits.ts';
import type { PassedLimit, Relearnt } from '../../../ports/decision.ts';
import { learntPolicy } from '../lessons/learnt-policy.ts';
import { changedReasons, metReasons } from '../reasons/limit-reasons.ts';
import {
  beyondReasons,
  changeReason,
  contributionReasons,
  insideRangesReasons,
  levelReason,
  modeReasons,
} from '../reasons/reasons.ts';
import { trendReasons } from '../reasons/trend-reasons.ts';
import { quiet } from '../state/alert-state.ts';
import type { Cause } from '../state/causes.ts';
import { holdMsOf } from '../state/damping.ts';
import { noLimits } from '../state/limit-track.ts';
import type { MachineAlerts, OpenAlert } from '../state/machine-book.ts';
import { dampingLimitsOf, dampSteps } from './damped-steps.ts';
import { currentFaultReasons, stepFaults } from './fault-steps.ts';
import type { Judged, SaidStep } from './judged.ts';
import { limitReasons, stepMachineLimits } from './limit-steps.ts';
import { currentSilenceReasons, isTold, stepSilenceOf } from './silence-steps.ts';
import { causeStep, stepTrack } from './track-steps.ts';

/** The steps of one decision, and the limits that have passed of which nobody was told. */
interface SteppedCauses {
  steps: SaidStep[];
  passed: readonly PassedLimit[];
}

/** Applies a decision to every cause of the machine. */
export function stepCauses(judged: Judged): SteppedCauses {
  const { silence } = judged.input;
  if (silence) return { steps: dampSteps(judged, stepSilenceOf(judged, silence)), passed: [] };
  const { type } = judged.input.machine;
  const watched: SaidStep[] = [];
  const add = (step: SaidStep | null) => step && watched.push(step);
  const { step: ofLimits, passed } = stepMachineLimits(judged);
  // A short window is judged by its limits alone.
  if (!judged.input.isShort || judged.input.relearnt)
    for (const policy of type.alerts) if (isEstimatePolicy(policy)) add(stepEstimate(judged, policy));
  const ofFaults = stepFaults(judged);
  const { damped, alerts, closed } = judged.machine;
  // Most machines have nothing open, nothing that has just ended, and no news.
  const isIdle = damped.size === 0 && alerts.length === 0 && closed.length === 0;
  if (!ofLimits && watched.length === 0 && ofFaults.length === 0 && isIdle) return { steps: [], passed };
  const unwatched = endUnwatched(judged);
  for (const { cause } of unwatched) damped.delete(cause.failureMode);
  const isWatched = ({ cause }: SaidStep) =>
    !unwatched.some((each) => each.cause.failureMode === cause.failureMode);
  const steps = [
    ...(ofLimits ? [ofLimits] : []).filter(isWatched),
    ...dampSteps(judged, watched.filter(isWatched)),
    ...ofFaults,
    ...unwatched,
  ];
  return { steps, passed };
}

/** The words for what was last known of a cause, when the machine is not heard any more. */
export function lastReasons({ input, machine }: Judged, { assessment }: OpenAlert, cause: Cause): string[] {
  const { type } = input.machine;
  const { met } = machine.limits;
  if (cause.kind === 'limit') {
    const heardMs = input.silence?.lastHeardMs ?? input.timeMs;
    return metReasons(met, type, Math.max(heardMs, ...met.map(({ sinceMs }) => sinceMs)));
  }
  const policy = type.alerts.find(({ failureMode }) => failureMode === cause.failureMode);
  if (!policy || !isEstimatePolicy(policy)) return [];
  return [levelReason(assessment, policy, input.rowMs)];
}

/** The words for a cause that has not changed. */
export function currentReasons(judged: Judged, cause: Cause): string[] {
  const { input, decided, machine } = judged;
  const { type } = input.machine;
  if (cause.kind === 'limit') return limitReasons(judged, machine.limits.met);
  if (cause.kind === 'fault') return currentFaultReasons(judged, cause.failureMode);
  if (cause.kind === 'silence') return currentSilenceReasons(input);
  const policy = type.alerts.find(({ failureMode }) => failureMode === cause.failureMode);
  if (!policy || !isEstimatePolicy(policy) || input.isShort) return [];
  const assessment = decided.verdict.answer;
  const damped = machine.damped.get(cause.failureMode);
  const heldMs = damped && holdMsOf(damped.state, dampingLimitsOf(judged, cause.failureMode));
  return [
    levelReason(assessment, policy, input.rowMs),
    ...insideRangesReasons(input, assessment, policy, heldMs),
  ];
}

function stepEstimate(
  { machine, input, decided, context }: Judged,
  declared: EstimatePolicy,
): SaidStep | null {
  const assessment = decided.verdict.answer;
  const { type } = input.machine;
  if (input.relearnt && declared.on === 'anomaly') return endRelearnt(machine, declared, input.relearnt);
  const lessons = context.lessons?.of(input.machine, declared.failureMode) ?? null;
  const { policy, reason: learnt } = learntPolicy(declared, assessment, lessons);
  const { anomaly, confidence, health, source, remainingLife } = assessment;
  const isCutOff = input.cutOff === true;
  const { timeMs } = input;
  const life = remainingLife?.p50 ?? null;
  const estimate = { life, anomaly, confidence, health, source, timeMs, isCutOff };
  const change = stepTrack(machine, policy, estimate, context);
  if (!change) return null;
  const ranges = policy.on === 'anomaly' ? beyondReasons(input) : [];
  const isUnknown = policy.on === 'remaining-life' && remainingLife === null;
  const weights = isUnknown ? [] : contributionReasons(assessment, type);
  const what = changeReason(change, assessment, policy, input.rowMs);
  // The sensor that left its usual range says more than the score.
  const first = change.kind === 'resolved' ? [] : ranges;
  const more = ranges.length > 0 ? [] : weights;
  const reasons = [
    ...first,
    what,
    ...(change.kind === 'opened' && learnt !== null ? [learnt] : []),
    ...(change.kind === 'resolved' ? [] : [...trendReasons(input), ...more]),
    ...modeReasons(decided, context.config.budgetMs, type),
  ];
  return { ...causeStep(machine, policy, change), reasons };
}

/** Ends what is unusual by what was normal before, because a person has said that it is normal. */
function endRelearnt(machine: MachineAlerts, policy: EstimatePolicy, said: Relearnt): SaidStep | null {
  const open = machine.modes.get(policy.failureMode)?.open;
  if (!open) return null;
  machine.modes.set(policy.failureMode, quiet);
  const cause = { failureMode: policy.failureMode, kind: 'estimate', source: open.source } as const;
  const reasons = [
    `${said.by} has said that what the machine does now is normal; it is learnt anew: ${said.note}`,
  ];
  return { cause, change: { kind: 'resolved', severity: open.severity }, reasons };
}

/** Ends causes that the machine's type no longer declares; nothing ever would. */
function endUnwatched({ machine, input }: Judged): SaidStep[] {
  const { type } = input.machine;
  const limits = limitPolicyOf(type);
  const isWatched = ({ failureMode, kind }: Omit<Cause, 'severity'>) =>
    kind === 'fault' ||
    (kind === 'silence' && isTold(type)) ||
    (kind === 'limit'
      ? limits?.failureMode === failureMode
      : type.alerts.some((policy) => isEstimatePolicy(policy) && policy.failureMode === failureMode));
  const gone = [...machine.alerts, ...machine.closed].flatMap(({ causes }) =>
    causes.filter((cause) => !isWatched(cause)),
  );
  for (const { kind, failureMode } of gone) {
    if (kind === 'limit') {
      machine.limits = noLimits;
      machine.dampedLimits.clear();
    } else if (kind === 'silence') machine.silence = 'heard';
    else machine.modes.delete(failureMode);
  }
  const what = ({ kind, failureMode }: Pick<Cause, 'kind' | 'failureMode'>) =>
    kind === 'silence' ? 'silence' : failureMode;
  return gone.map(({ severity, ...cause }) => ({
    cause,
    change: { kind: 'resolved', severity },
    reasons: input.limitsChanged
      ? changedReasons(input)
      : [`Machine type ${type.name} no longer watches for ${what(cause)}`],
  }));
}
