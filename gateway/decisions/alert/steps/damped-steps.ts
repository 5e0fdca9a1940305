/**
 * Damps the steps of a machine's estimates and of its silence: those that come and go are told once, and end when they have been away
 * for long.
 */
import { returnReason } from '../reasons/damping-reasons.ts';
import type { Change } from '../state/alert-state.ts';
import {
  type DampedCause,
  type DampingLimits,
  dampCause,
  dampedCause,
  holdMsOf,
  isForgotten,
  isWaiting,
  type Level,
  levelOf,
  undamped,
} from '../state/damping.ts';
import type { Judged, SaidStep } from './judged.ts';

/** While a machine is not judged for longer than this, and than so many rows, nobody knows whether a cause was away. */
const pauseMsMin = 3_600_000;
const pauseRows = 3;

/** Returns the steps that are told. */
export function dampSteps(judged: Judged, steps: readonly SaidStep[]): SaidStep[] {
  const { machine } = judged;
  const told = steps.map((step) => dampStep(judged, step));
  const waited = [...machine.damped].map(([failureMode, cause]) =>
    steps.some((step) => step.cause.failureMode === failureMode)
      ? null
      : dampWaiting(judged, failureMode, cause),
  );
  forgetCalm(judged);
  return [...told, ...waited].filter((step) => step !== null);
}

function dampStep(judged: Judged, step: SaidStep): SaidStep | null {
  const { change, cause } = step;
  const known = causeOf(judged, cause.failureMode);
  const before = known.state;
  const wasKnown = before.told > 0 && before.wanted === 0 ? new Set(known.sensors.keys()) : null;
  const wanted = change.kind === 'resolved' ? 0 : levelOf(change.severity);
  const returned = dampNow(judged, known, wanted, cause);
  known.waiting = isWaiting(known.state) ? step : null;
  judged.machine.hasNewDamping ||= wanted !== before.wanted;
  const { told } = known.state;
  if (told === before.told) {
    // Only the end of another sensor's was waited for: what begins in this one was never told.
    const isOther = wasKnown !== null && [...known.now].some((sensor) => !wasKnown.has(sensor));
    if (isOther) return { ...step, change: { kind: 'updated', severity: change.severity, why: 'sensors' } };
    return isOtherNews(change) && told === wanted ? step : null;
  }
  // A cause that a person has ended by a change is forgotten: what begins later does not count as its return.
  if (told === 0 && isByPerson(judged)) judged.machine.damped.delete(cause.failureMode);
  const returns =
    told < before.told ? [] : returned.flatMap((sensor) => returnReasons(judged, known, sensor));
  return { ...step, change: changeTo(before.told, told, change), reasons: [...step.reasons, ...returns] };
}

function returnReasons({ context }: Judged, { sensors }: DampedCause, sensor: string): string[] {
  const state = sensors.get(sensor);
  if (!state) return [];
  const holdMs = holdMsOf(state, context.config.flapping);
  return [returnReason(sensor === '' ? 'It' : sensor, { returns: state.returns, holdMs })];
}

function dampNow(
  judged: Judged,
  known: DampedCause,
  wanted: Level,
  { failureMode }: { failureMode: string },
): string[] {
  const limits = limitsNow(judged, failureMode);
  return dampCause(known, wanted, {
    sensor: sensorOf(judged, failureMode),
    timeMs: judged.input.timeMs,
    limits,
  });
}

/** The sensor that shows what is unusual; none of other causes, and where nobody says which. */
function sensorOf({ input: { machine, beyond = [] } }: Judged, failureMode: string): string {
  const policy = machine.type.alerts.find((each) => each.failureMode === failureMode);
  return (policy?.on === 'anomaly' && beyond[0]?.sensor) || '';
}

/** A level that waits to be told, without a further step: is it time? And which sensors show what goes on. */
function dampWaiting(judged: Judged, failureMode: string, known: DampedCause): SaidStep | null {
  const { state, waiting, sensors, now } = known;
  const isNews = now.size > 0 && !now.has(sensorOf(judged, failureMode));
  if (!waiting && !isNews && ![...sensors.values()].some(isWaiting)) return null;
  dampNow(judged, known, state.wanted, { failureMode });
  const { told } = known.state;
  if (told === state.told || !waiting) return null;
  known.waiting = null;
  if (told === 0 && isByPerson(judged)) judged.machine.damped.delete(waiting.cause.failureMode);
  return { ...waiting, change: changeTo(state.told, told, waiting.change) };
}

const isOtherNews = (change: Change) => change.kind === 'updated' && change.why !== 'severity';

function changeTo(before: Level, now: Level, { severity }: Change): Change {
  if (now === 0) return { kind: 'resolved', severity };
  const told = now === 2 ? 'critical' : 'warning';
  return before === 0
    ? { kind: 'opened', severity: told }
    : { kind: 'updated', severity: told, why: 'severity' };
}

/** A cause that is open and not known here was open before damping began. */
function causeOf({ machine }: Judged, failureMode: string): DampedCause {
  const known = machine.damped.get(failureMode);
  if (known) return known;
  const open = [...machine.alerts, ...machine.closed]
    .flatMap(({ causes }) => causes)
    .find((each) => each.failureMode === failureMode);
  const told = levelOf(open?.severity ?? null);
  const made = dampedCause({ ...undamped, told, wanted: told });
  machine.damped.set(failureMode, made);
  return made;
}

/** Where a person has changed what is watched for, nothing waits. */
function limitsNow(judged: Judged, failureMode: string): DampingLimits {
  return { ...dampingLimitsOf(judged, failureMode), ...(isByPerson(judged) && { holdMs: 0 }) };
}

export function dampingLimitsOf(judged: Judged, failureMode: string): DampingLimits {
  const { flapping: configured } = judged.context.config;
  // The end of a cause that a person has closed is not told; the next one is.
  const isClosed = judged.machine.closed.some(({ causes }) =>
    causes.some((each) => each.failureMode === failureMode),
  );
  const holdMsMax = Math.min(configured.holdMsMax, configured.holdMs);
  const flapping = isClosed ? { ...configured, holdMsMax } : configured;
  // A machine that sends once a day has no pauses of a night.
  const pauseMsMax = Math.max(pauseMsMin, pauseRows * (judged.input.rowMs ?? 0));
  const pausedMs = pausedSince(judged);
  const limits: DampingLimits = { ...flapping, pauseMsMax };
  const quietMs = quietFor(judged, failureMode);
  if (quietMs !== undefined) limits.quietMs = quietMs;
  if (pausedMs !== null) limits.pausedMs = pausedMs;
  return limits;
}

/** An end that the machine's own past tells comes some time after its cause is away, which is time away too. */
function quietFor({ input: { machine, behaviour } }: Judged, failureMode: string): number | undefined {
  const policy = machine.type.alerts.find((each) => each.failureMode === failureMode);
  return policy?.on === 'anomaly' ? behaviour?.quietMs : undefined;
}

/** How much of the time since the last decision about the machine nothing was judged; null if that is not known. */
function pausedSince({ machine: { judged }, input: { timeMs, judgedMs, silence } }: Judged): number | null {
  if (!judged || judgedMs === undefined || silence || judgedMs < judged.judgedMs) return null;
  return Math.max(0, timeMs - judged.timeMs - (judgedMs - judged.judgedMs));
}

/** @param sensor only what concerns this sensor; absent: whatever concerns the machine */
export function isByPerson({ input: { limitsChanged, gone, relearnt } }: Judged, sensor?: string): boolean {
  const concerns = (sensors: readonly string[]) => sensor === undefined || sensors.includes(sensor);
  return Boolean(relearnt || (limitsChanged && concerns(limitsChanged.sensors)) || (gone && concerns(gone)));
}

/** Forgets causes that have been away for so long that they would count as new. */
function forgetCalm({ machine, input, context }: Judged): void {
  for (const [failureMode, { state }] of machine.damped)
    if (isForgotten(state, input.timeMs, context.config.flapping)) machine.damped.delete(failureMode);
}
