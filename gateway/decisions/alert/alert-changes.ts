/** Derives the changes of one machine's alerts from a decision about it. */
import type { Assessment, Contribution } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertChange } from './change.ts';
import { lateReasons } from './reasons/late-reasons.ts';
import { type Ending, endingReasons } from './reasons/reasons.ts';
import { othersReasons, unsureReason } from './reasons/silence-reasons.ts';
import { type Change, hold } from './state/alert-state.ts';
import { applySteps, type Cause, type Outcome, worstOf } from './state/causes.ts';
import { faultModes } from './state/faults/fault-modes.ts';
import { heldLimits, type MetLimit } from './state/limit-track.ts';
import type { MachineAlerts, OpenAlert } from './state/machine-book.ts';
import { endedSilence } from './state/silence-track.ts';
import { isEstimateAway } from './steps/away-reasons.ts';
import { currentReasons, lastReasons, stepCauses } from './steps/cause-steps.ts';
import { withoutClosed } from './steps/closed-alerts.ts';
import { toldFaults } from './steps/fault-steps.ts';
import type { Judged, SaidStep } from './steps/judged.ts';
import { passedAlert } from './steps/passed-limits.ts';
import { knownSinceOf, sinceOf } from './steps/since.ts';

/** The largest window that a machine type may have. */
const windowRowsMax = 512;
const contributionsMax = 8;

/** Applies one decision to every alert of the machine. */
export function stepMachine(judged: Judged): AlertChange[] {
  const { machine } = judged;
  const { steps: stepped, passed: untold } = stepCauses(judged);
  const steps = withoutClosed(judged, stepped);
  const passed = passedAlert(judged, untold);
  if (steps.length === 0 && machine.alerts.length === 0) return passed;
  const outcomes = applySteps(machine.alerts, steps);
  const kept = machine.alerts.filter((alert) => !outcomes.some(({ before }) => before === alert));
  const changes = outcomes.map((outcome) => changeOf(judged, outcome));
  const changed = changes.flatMap(({ alert }) => (alert.causes.length > 0 ? [alert] : []));
  const others = kept.map((alert) => otherOf(judged, alert, steps));
  // The oldest stay first.
  machine.alerts = [...others.map(({ alert }) => alert), ...changed].sort(
    (a, b) => a.openedAtMs - b.openedAtMs,
  );
  const told = changes.map(({ change }) => change && withOthers(judged, change));
  return [...passed, ...told, ...others.map(({ change }) => change)].filter((change) => change !== null);
}

/** Adds what else is open, so that nobody takes the end of one alert for that of all. The end of a silence says so itself. */
function withOthers({ machine, input }: Judged, change: AlertChange): AlertChange {
  if (change.kind !== 'resolved' || input.silence) return change;
  const open = machine.alerts.flatMap(({ causes }) => causes);
  return { ...change, reasons: [...change.reasons, ...othersReasons(change, open)] };
}

/** An alert of which no cause has changed. It says when nothing is known of it any more, and when something is again. */
function otherOf(
  judged: Judged,
  alert: OpenAlert,
  steps: readonly SaidStep[],
): { alert: OpenAlert; change: AlertChange | null } {
  const { silence } = judged.input;
  if (silence) {
    const isNews = steps.some(({ change }) => change.kind === 'opened');
    if (!isNews || alert.isUnsure) return { alert, change: null };
    const now = { ...alert, isUnsure: true as const };
    const reasons = [
      ...alert.causes.flatMap((cause) => lastReasons(judged, alert, cause)),
      unsureReason(judged.input, silence),
    ];
    return { alert: now, change: saidNow(now, reasons) };
  }
  const now = refreshed(judged, alert);
  const reasons = alert.isUnsure ? alert.causes.flatMap((cause) => currentReasons(judged, cause)) : [];
  if (reasons.length === 0) return { alert: now, change: null };
  const { isUnsure: _, ...sure } = now;
  return { alert: sure, change: saidNow(sure, reasons) };
}

/** People hear of it by the alert about the silence itself, once, unless they hear of critical alerts only. */
function saidNow(prediction: OpenAlert, reasons: string[]): AlertChange {
  return {
    kind: 'updated',
    prediction,
    assessment: prediction.assessment,
    reasons,
    isNews: false,
    isSilenceOf: true,
    saveFirst: true,
  };
}

function changeOf(
  judged: Judged,
  outcome: Outcome<OpenAlert, SaidStep>,
): { alert: OpenAlert; change: AlertChange | null } {
  const { before, causes, steps } = outcome;
  const kind = before === null ? 'opened' : causes.length === 0 ? 'resolved' : 'updated';
  const alert = before ?? opened(judged, causes);
  const first = headOf(causes, judged.input.machine.type);
  const { failureMode, severity } = first
    ? { failureMode: first.failureMode, severity: worstOf(causes) }
    : alert;
  const { isUnsure: _, ...told } = alert;
  const now = refreshed(judged, { ...told, failureMode, severity, causes });
  const isNumbers = kind === 'updated' && steps.every(({ change }) => isUntold(change));
  const isSame = kind === 'updated' && alert.severity === severity && areSame(alert.causes, causes);
  const change = {
    kind,
    prediction: now,
    assessment: now.assessment,
    reasons: withLateness(judged, kind, isNumbers, reasonsOf(judged, causes, steps)),
    ...(isNumbers && { isNews: false as const }),
    saveFirst: !isSame,
  } as const;
  return { alert: now, change };
}

/** The cause that names the alert, and says what to do: the oldest that says more than that something is unusual. */
function headOf(causes: readonly Cause[], { alerts, actions }: MachineType): Cause | undefined {
  const isVague = ({ failureMode }: Cause) => {
    const policy = alerts.find((each) => each.failureMode === failureMode);
    const hasAction = policy?.action !== undefined || Object.hasOwn(actions ?? {}, failureMode);
    return policy?.on === 'anomaly' && !hasAction;
  };
  return causes.find((cause) => !isVague(cause)) ?? causes[0];
}

/** Nobody is told of other numbers, nor that what was critical has been away for long. */
const isUntold = ({ kind, ...change }: Change) =>
  kind === 'updated' && 'why' in change && (change.why === 'remaining-life' || change.why === 'away');

function areSame(before: readonly Cause[], now: readonly Cause[]): boolean {
  return (
    before.length === now.length && before.every(({ failureMode }, i) => now[i]?.failureMode === failureMode)
  );
}

function opened(judged: Judged, causes: Cause[]): OpenAlert {
  const { input, decided, context } = judged;
  const { site, machine, type } = input.machine;
  const assessment = saidOf(decided.verdict.answer, causes);
  return {
    predictionId: context.newId(),
    site,
    machine,
    machineType: type.name,
    failureMode: causes[0]!.failureMode,
    severity: worstOf(causes),
    openedAtMs: input.timeMs,
    sinceMs: sinceOf(judged, causes),
    lifeAtOpening: assessment.remainingLife,
    assessment,
    causes,
  };
}

/** The alert with what is known now. */
function refreshed(judged: Judged, alert: OpenAlert): OpenAlert {
  const { machine, input, decided } = judged;
  const has = (kind: Cause['kind']) => alert.causes.some((cause) => cause.kind === kind);
  const { limits: _, ...rest } = alert;
  const { met } = machine.limits;
  const limits = has('limit')
    ? { limits: met.map(({ away: _, ...limit }) => limit), sinceMs: knownSinceOf(alert, met) }
    : {};
  // The assessment of a short window must not replace the estimate of a whole one.
  if (has('estimate') && input.isShort) return { ...rest, ...limits };
  const contributions = has('fault')
    ? faultContributions(judged, alert)
    : has('limit')
      ? limitContributions(met)
      : [];
  // A fault has the sensors that are not well, also if a restart forgot why.
  const isByEstimate = has('estimate') || (contributions.length === 0 && !has('fault'));
  const answer = saidOf(decided.verdict.answer, alert.causes);
  // No sensor weighs anything in what is over.
  const isAway = alert.causes.length > 0 && alert.causes.every((cause) => isEstimateAway(machine, cause));
  return { ...rest, ...limits, assessment: isByEstimate && !isAway ? answer : { ...answer, contributions } };
}

/**
 * The assessment as an alert of these causes says it. Rules make a remaining life of a value that has just jumped over its
 * limit, and nobody has estimated one; that the limit is met, or the machine silent, is measured.
 */
function saidOf(answer: Assessment, causes: readonly Cause[]): Assessment {
  const isGuess = answer.source === 'rules' && answer.detector === undefined;
  if (!isGuess || causes.some(({ kind }) => kind === 'estimate')) return answer;
  return { ...answer, remainingLife: null, confidence: 1 };
}

function limitContributions(met: readonly MetLimit[]): Contribution[] {
  const named = met.slice(0, contributionsMax);
  return named.map(({ sensor, value }) => ({ sensor, value, share: 1 / named.length }));
}

function faultContributions(judged: Judged, { failureMode, assessment }: OpenAlert): Contribution[] {
  const mode = faultModes.find(({ policy }) => policy.failureMode === failureMode);
  const faults = mode ? toldFaults(judged, mode).slice(0, contributionsMax) : [];
  // After a restart, those of the alert must be well before it ends.
  if (faults.length === 0) return assessment.contributions;
  return faults.map(({ sensor, value }) => ({ sensor, value, share: 1 / faults.length }));
}

/** Adds to what is news that it is told late, after the first sentence. */
function withLateness(
  { input, context }: Judged,
  kind: AlertChange['kind'],
  isNumbers: boolean,
  [first, ...others]: string[],
): string[] {
  if (first === undefined) return [];
  const late = kind === 'resolved' || isNumbers ? [] : lateReasons(input, context.wallMs);
  return [first, ...late, ...others];
}

/** First what causes the alert now, limits before estimates; then what has ended. */
function reasonsOf(judged: Judged, causes: readonly Cause[], steps: readonly SaidStep[]): string[] {
  const ordered = [...causes].sort((a, b) => Number(b.kind === 'limit') - Number(a.kind === 'limit'));
  const stepOf = ({ failureMode }: Cause) => steps.find(({ cause }) => cause.failureMode === failureMode);
  const now = ordered.flatMap((cause) => stepOf(cause)?.reasons ?? currentReasons(judged, cause));
  const ended = steps.filter(
    ({ cause }) => !causes.some(({ failureMode }) => failureMode === cause.failureMode),
  );
  // A cause that has ended must not read as one that holds.
  const over = ended.flatMap(({ reasons }) => reasons);
  return [...new Set([...now, ...(now.length > 0 ? over.map((reason) => `Over: ${reason}`) : over)])];
}

/**
 * Resolves every open prediction because the machine failed or was replaced. None opens again until the machine is
 * healthy, is replaced, or (after a replacement) its window contains only the new machine.
 */
export function endMachine(machine: MachineAlerts, ending: Ending): AlertChange[] {
  const isReplaced = ending.state === 'replaced';
  const estimatesLeft = isReplaced ? (machine.windowRows ?? windowRowsMax) : null;
  const held = hold(estimatesLeft, machine.source);
  for (const failureMode of machine.modes.keys()) machine.modes.set(failureMode, held);
  machine.unseenTrack = held;
  // Limits are judged anew after a replacement, unless the gateway has restarted and read the old machine's readings again.
  // Readings of before may come after the report, and the clock of a machine may be ahead.
  const toMs = isReplaced ? Math.max(machine.newestMs ?? ending.atMs, ending.atMs) : undefined;
  machine.limits = heldLimits({ estimatesLeft, source: null, ...(toMs !== undefined && { toMs }) });
  const ill = [...machine.faults.values()].flatMap(({ tracks }) => [...tracks.keys()]);
  machine.faults.clear();
  machine.faultHold =
    toMs === undefined ? { estimatesLeft: null, sensors: ill } : { estimatesLeft, toMs, sensors: [] };
  machine.silence = endedSilence(machine.silence, ending.state);
  machine.damped.clear();
  machine.dampedLimits.clear();
  const ended = machine.alerts;
  machine.alerts = [];
  machine.closed = [];
  return ended.map((prediction): AlertChange => {
    const { assessment, openedAtMs, lifeAtOpening } = prediction;
    const reasons = endingReasons(ending, { atMs: openedAtMs, life: lifeAtOpening });
    return { kind: 'resolved', prediction, assessment, reasons, outcome: ending.state, saveFirst: true };
  });
}
