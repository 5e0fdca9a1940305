/**
 * The alert state machine of one machine and failure mode: pure, so that it can be tested by properties.
 *
 *              openAfter estimates in a row at or beyond openAt, for openAfterMs
 *     quiet ─────────────────────────────────────────────────────▶ open (warning ─▶ critical, never back)
 *       ▲ ◀─────────────────────────────────────────────────────── │
 *       │      resolveAfter in a row back beyond resolveAt, for …Ms  │ the machine failed or was replaced
 *       └───── healthy again, or the hold has run out ───── held ◀──┘
 *
 * - An estimate below `minConfidence`, or without the quantity the alert is on, is not evidence: it neither counts nor
 *   breaks a row. One exception: a healthy machine has no end in sight, and rules then know no remaining life. If what
 *   found the alert (model or rules) says that, it counts as healthy; otherwise an alert of the rules would never end.
 * - A remaining life that was told and is not known any more is told as unknown, after openAfter estimates without one: the
 *   alert stays open, and its last number would be taken for one of now.
 * - It is critical by distance (criticalAt) or by duration (criticalAfterMs). Severity only rises: wear does not heal, and a value near the limit must not send a message at each crossing. (That
 *   of limits falls, too: see limit-track.ts.)
 * - Held: right after a failure or a replacement the window still shows the worn machine; nothing opens until estimates
 *   are healthy again or, after a replacement, as many have passed as fill a window.
 */
import type { EstimateSource } from '../../../../shared/contract/events.ts';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';

export type Severity = 'warning' | 'critical';

export interface Track {
  /** Consecutive estimates at or beyond openAt, at or beyond criticalAt, and back beyond resolveAt. */
  openRow: number;
  criticalRow: number;
  healthyRow: number;
  /** The time of the first of each; absent if there is none, or it is not known. */
  openSinceMs?: number;
  criticalSinceMs?: number;
  healthySinceMs?: number;
  /** Consecutive estimates without the remaining life that the alert is on; absent: none. */
  unknownRow?: number;
  open: OpenState | null;
  held: Hold | null;
}

export interface OpenState {
  severity: Severity;
  /** Last reported remaining life (p50), and when (monotonic). */
  sentLife: number | null;
  sentMs: number;
  /** The source of the last estimate that spoke for the alert; null if it is not known. */
  source: EstimateSource | null;
  /** Since when it has lasted, by the time of readings; absent if that is not known. */
  sinceMs?: number;
  /** It was told that the remaining life is not known any more; that comes and goes, and is told once. */
  saidUnknown?: true;
}

/** If `estimatesLeft` is null, the hold lasts until the machine is healthy. */
export interface Hold {
  estimatesLeft: number | null;
  /** The source of the last estimate before it; null if it is not known. */
  source: EstimateSource | null;
  /** For limits: what was met up to this reading was met by the machine that was replaced. */
  toMs?: number;
}

export interface Estimate {
  /** p50, in the type's unit of life. */
  life: number | null;
  anomaly: number;
  confidence: number;
  /** 0 (at its end) … 1. */
  health: number;
  source: EstimateSource;
  /** The time of the newest reading that it is from. */
  timeMs?: number;
  /** The window is not whole yet after a restart: that no remaining life is known then says nothing. */
  isCutOff?: boolean;
}

export interface UpdateLimits {
  updateMsMin: number;
  updateLifeChange: number;
}

/**
 * `away`: what was critical has been away for long, and only its end waits. `unknown`: a remaining life that was told is not known any more, for the first time. `remaining-life`: only numbers differ.
 */
export type Change =
  | { kind: 'opened'; severity: Severity }
  | {
      kind: 'updated';
      severity: Severity;
      why: 'severity' | 'away' | 'remaining-life' | 'unknown' | 'sensors';
    }
  | { kind: 'resolved'; severity: Severity };

export const quiet: Track = { openRow: 0, criticalRow: 0, healthyRow: 0, open: null, held: null };

/** From this health on, an unknown remaining life means that no end is in sight: no limit is near and nothing is odd. */
const healthyFrom = 0.8;

/** True if `value` has reached `limit` from the healthy side. */
export function reached(policy: Pick<EstimatePolicy, 'on'>, limit: number, value: number): boolean {
  return policy.on === 'anomaly' ? value >= limit : value <= limit;
}

function isBack(policy: EstimatePolicy, value: number): boolean {
  return policy.on === 'anomaly' ? value <= policy.resolveAt : value >= policy.resolveAt;
}

/** Applies one estimate at `nowMs` (monotonic). */
export function step(
  before: Track,
  policy: EstimatePolicy,
  limits: UpdateLimits,
  estimate: Estimate,
  nowMs: number,
): { track: Track; change: Change | null } {
  if (before.held) return { track: stepHeld(before, before.held, policy, estimate), change: null };
  const { unknownRow, ...known } = before;
  const from = estimate.life !== null && unknownRow !== undefined ? known : before;
  const track = counted(from, policy, estimate, from.open);
  const isUnknown = estimate.life === null && !estimate.isCutOff && policy.on === 'remaining-life';
  if (isUnknown && track === from && from.open && from.open.sentLife !== null)
    return stepUnknown(from, from.open, policy, limits, nowMs);
  if (track === from) return { track, change: null };
  return track.open
    ? stepOpen(track, track.open, policy, limits, estimate, nowMs)
    : stepQuiet(track, policy, estimate, nowMs);
}

/** @param since what is open or held, which an unknown remaining life can end; null if nothing is */
function counted(
  before: Track,
  policy: EstimatePolicy,
  estimate: Estimate,
  since: Pick<OpenState, 'source'> | null,
): Track {
  if (estimate.confidence < policy.minConfidence) return before;
  const value = policy.on === 'anomaly' ? estimate.anomaly : estimate.life;
  if (value === null)
    return since && hasNoEndInSight(estimate, since.source)
      ? { ...withoutSince(before), ...healthy(before, estimate), openRow: 0, criticalRow: 0 }
      : before;
  const { criticalAt } = policy;
  const isCritical = criticalAt !== undefined && reached(policy, criticalAt, value);
  const isOpening = reached(policy, policy.openAt, value);
  // Nothing is open or about to be, as of most machines: healthy rows are counted for what is open or held.
  const isCalm = !isOpening && !isCritical && before.openRow === 0 && before.criticalRow === 0;
  if (isCalm && !since && !before.held) return before;
  const { openSinceMs = estimate.timeMs, criticalSinceMs = estimate.timeMs } = before;
  return {
    ...withoutSince(before),
    ...(isOpening && openSinceMs !== undefined && { openSinceMs }),
    ...(isCritical && criticalSinceMs !== undefined && { criticalSinceMs }),
    ...(isBack(policy, value) ? healthy(before, estimate) : { healthyRow: 0 }),
    openRow: isOpening ? before.openRow + 1 : 0,
    criticalRow: isCritical ? before.criticalRow + 1 : 0,
    open: before.open && isOpening ? { ...before.open, source: estimate.source } : before.open,
  };
}

function withoutSince({ openSinceMs: _, criticalSinceMs: __, healthySinceMs: ___, ...track }: Track): Track {
  return track;
}

function healthy({ healthyRow, healthySinceMs }: Track, { timeMs }: Estimate) {
  const sinceMs = healthySinceMs ?? timeMs;
  return { healthyRow: healthyRow + 1, ...(sinceMs !== undefined && { healthySinceMs: sinceMs }) };
}

/** True if something has lasted for so long, or need not. Without times nobody knows how long, and rows are enough. */
function lasted(sinceMs: number | undefined, { timeMs }: Estimate, forMs: number | undefined): boolean {
  return !forMs || sinceMs === undefined || timeMs === undefined || timeMs - sinceMs >= forMs;
}

/** True if what is as far as criticalAt, or has lasted for criticalAfterMs and still does, is critical. */
function isCriticalNow(track: Track, policy: EstimatePolicy, estimate: Estimate): boolean {
  const { openAfter, openAfterMs, criticalAfterMs } = policy;
  if (track.criticalRow >= openAfter && lasted(track.criticalSinceMs, estimate, openAfterMs)) return true;
  const sinceMs = track.open?.sinceMs ?? track.openSinceMs;
  const isKnown = criticalAfterMs !== undefined && sinceMs !== undefined && estimate.timeMs !== undefined;
  return isKnown && track.openRow >= openAfter && lasted(sinceMs, estimate, criticalAfterMs);
}

function hasNoEndInSight({ health, source }: Estimate, of: EstimateSource | null): boolean {
  return health >= healthyFrom && (of === null || source === of);
}

function stepHeld(before: Track, held: Hold, policy: EstimatePolicy, estimate: Estimate): Track {
  const { healthyRow } = counted(before, policy, estimate, held);
  const estimatesLeft = held.estimatesLeft === null ? null : held.estimatesLeft - 1;
  const isOver = healthyRow >= policy.resolveAfter || (estimatesLeft !== null && estimatesLeft <= 0);
  return isOver ? quiet : { ...quiet, healthyRow, held: { ...held, estimatesLeft } };
}

function stepQuiet(track: Track, policy: EstimatePolicy, estimate: Estimate, nowMs: number) {
  const { openSinceMs } = track;
  if (track.openRow < policy.openAfter || !lasted(openSinceMs, estimate, policy.openAfterMs))
    return { track, change: null };
  const severity: Severity = isCriticalNow(track, policy, estimate) ? 'critical' : 'warning';
  const since = openSinceMs !== undefined && { sinceMs: openSinceMs };
  const open = { severity, sentLife: estimate.life, sentMs: nowMs, source: estimate.source, ...since };
  return { track: { ...track, healthyRow: 0, open }, change: { kind: 'opened' as const, severity } };
}

function stepOpen(
  track: Track,
  open: OpenState,
  policy: EstimatePolicy,
  limits: UpdateLimits,
  estimate: Estimate,
  nowMs: number,
): { track: Track; change: Change | null } {
  const { healthyRow, healthySinceMs } = track;
  if (healthyRow >= policy.resolveAfter && lasted(healthySinceMs, estimate, policy.resolveAfterMs)) {
    return { track: quiet, change: { kind: 'resolved', severity: open.severity } };
  }
  const rises = open.severity === 'warning' && isCriticalNow(track, policy, estimate);
  if (!rises && !isNews(open, limits, estimate, nowMs)) return { track, change: null };
  const severity = rises ? 'critical' : open.severity;
  return {
    track: { ...track, open: { ...open, severity, sentLife: estimate.life ?? open.sentLife, sentMs: nowMs } },
    change: {
      kind: 'updated',
      severity,
      why: rises ? 'severity' : 'remaining-life',
    },
  };
}

function stepUnknown(
  before: Track,
  open: OpenState,
  { openAfter }: EstimatePolicy,
  { updateMsMin }: UpdateLimits,
  nowMs: number,
): { track: Track; change: Change | null } {
  const unknownRow = (before.unknownRow ?? 0) + 1;
  if (unknownRow < openAfter || nowMs - open.sentMs < updateMsMin)
    return { track: { ...before, unknownRow }, change: null };
  return {
    track: { ...before, unknownRow, open: { ...open, sentLife: null, sentMs: nowMs, saidUnknown: true } },
    change: {
      kind: 'updated',
      severity: open.severity,
      why: open.saidUnknown ? 'remaining-life' : 'unknown',
    },
  };
}

function isNews(open: OpenState, limits: UpdateLimits, estimate: Estimate, nowMs: number): boolean {
  if (estimate.life === null || nowMs - open.sentMs < limits.updateMsMin) return false;
  if (open.sentLife === null) return true;
  return Math.abs(estimate.life - open.sentLife) > limits.updateLifeChange * Math.max(open.sentLife, 1);
}

/**
 * The track after a failure, which holds until the machine is healthy or replaced, or after a replacement, which holds
 * for at most a window.
 */
export function hold(estimatesLeft: number | null, source: EstimateSource | null = null): Track {
  return { ...quiet, held: { estimatesLeft, source } };
}
