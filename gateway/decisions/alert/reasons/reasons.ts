/**
 * Reasons (gateway/decisions/alert/reasons): words for technicians, as short sentences with numbers, units and limits. What
 * is opened, changed or ended is decided elsewhere.
 */
import type { Assessment, Contribution, RemainingLife } from '../../../../shared/contract/events.ts';
import type { Decided } from '../../../../shared/decisions/policy.ts';
import { type EstimatePolicy, isJudgedByItsPast } from '../../../../shared/domain/alert-policy.ts';
import { type Limit, limitsOf } from '../../../../shared/domain/limits.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import { rateNumbers } from '../../../../shared/words/rates.ts';
import { durationText, runningTimeText, timeText } from '../../../../shared/words/times.ts';
import { unitAfter } from '../../../../shared/words/units.ts';
import type { AlertInput, BeyondUsual } from '../../../ports/decision.ts';
import { type Change, reached, type Severity } from '../state/alert-state.ts';
import { shiftReason } from './shift-reasons.ts';

const contributionsMax = 3;
const shareMin = 0.1;
const noteLengthMax = 200;

/** Three significant digits, without decimals from 100 up. */
export function numberText(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** @param rowMs time that one unit of life takes this machine, if that is known */
export function lifeText(life: RemainingLife, rowMs?: number): string {
  const interval = `${numberText(life.p10)}–${numberText(life.p90)}`;
  const said = `Remaining life ${numberText(life.p50)} ${life.unit} (80 % interval ${interval})`;
  if (rowMs === undefined) return said;
  const { p10, p50, p90 } = life;
  return `${said}, ${runningTimeText({ p10: rowMs * p10, p50: rowMs * p50, p90: rowMs * p90 })}`;
}

/** The present value of the estimate that the policy is on. */
export function measure(assessment: Assessment, policy: EstimatePolicy, rowMs?: number): string {
  if (policy.on === 'anomaly')
    return `${howUnusual(assessment.anomaly, policy)} (${numberText(assessment.anomaly)} of 1)`;
  return assessment.remainingLife ? lifeText(assessment.remainingLife, rowMs) : 'Remaining life is not known';
}

/** A score in words; what it is by number is for those who set limits of it. */
function howUnusual(score: number, { openAt, resolveAt }: EstimatePolicy): string {
  if (score <= resolveAt) return 'Its readings are as they usually are';
  if (score < openAt) return 'Its readings are still somewhat unusual for this machine';
  return `Its readings are ${score >= (1 + openAt) / 2 ? 'very ' : ''}unusual for this machine`;
}

/** The present value, and on which side of the policy's limits it is. */
export function levelReason(assessment: Assessment, policy: EstimatePolicy, rowMs?: number): string {
  const isAnomaly = policy.on === 'anomaly';
  const value = isAnomaly ? assessment.anomaly : (assessment.remainingLife?.p50 ?? null);
  const said = measure(assessment, policy, rowMs);
  if (value === null) return said;
  const { criticalAt, openAt, resolveAt } = policy;
  if (criticalAt !== undefined && reached(policy, criticalAt, value))
    return limitText(assessment, policy, 'critical', rowMs);
  if (reached(policy, openAt, value)) return limitText(assessment, policy, 'warning', rowMs);
  const isBack = isAnomaly ? value <= resolveAt : value >= resolveAt;
  const side = isAnomaly ? 'at or below' : 'at or above';
  return isBack
    ? `${said}: back ${side} ${numberText(resolveAt)}, and not for long enough yet to end`
    : `${said}: not yet back ${side} ${numberText(resolveAt)}, where it ends`;
}

function limitText(
  assessment: Assessment,
  policy: EstimatePolicy,
  severity: Severity,
  rowMs?: number,
): string {
  const { criticalAt, criticalAfterMs } = policy;
  const value = policy.on === 'anomaly' ? assessment.anomaly : assessment.remainingLife?.p50;
  const isFar =
    value === undefined || criticalAfterMs === undefined || reached(policy, criticalAt ?? Number.NaN, value);
  const isCritical = severity === 'critical' && criticalAt !== undefined && isFar;
  const limit = isCritical ? criticalAt : policy.openAt;
  const lasts = severity === 'critical' && !isFar ? `, for ${durationText(criticalAfterMs)} or longer` : '';
  const side = value === limit ? 'at' : policy.on === 'anomaly' ? 'above' : 'below';
  const said = `${side} the ${isCritical ? 'critical ' : ''}limit of ${numberText(limit)}${lasts}`;
  if (policy.on !== 'anomaly') return `${measure(assessment, policy, rowMs)}, ${said}`;
  return `${howUnusual(assessment.anomaly, policy)} (${numberText(assessment.anomaly)} of 1, ${said})`;
}

/** The first sentence: the measured quantity and the limit that it met. */
export function changeReason(
  change: Change,
  assessment: Assessment,
  policy: EstimatePolicy,
  rowMs?: number,
): string {
  if (change.kind === 'resolved') {
    if (policy.on === 'remaining-life' && assessment.remainingLife === null)
      return `No end of life is in sight: health ${numberText(assessment.health)} for ${policy.resolveAfter} estimates in a row`;
    const side = policy.on === 'anomaly' ? 'at or below' : 'at or above';
    const { resolveAt, resolveAfter, resolveAfterMs } = policy;
    const lasts = resolveAfterMs ? `, and for ${durationText(resolveAfterMs)}` : '';
    return `${measure(assessment, policy, rowMs)}; ${side} ${numberText(resolveAt)} for ${resolveAfter} estimates in a row${lasts}`;
  }
  if (change.kind === 'updated' && change.why !== 'severity') return measure(assessment, policy, rowMs);
  return limitText(assessment, policy, change.severity, rowMs);
}

function normalText(limits: readonly Limit[], unit: string): string | null {
  const innermost = (side: Limit['side']) => limits.find((limit) => limit.side === side)?.at;
  const [low, high] = [innermost('low'), innermost('high')];
  if (low !== undefined && high !== undefined)
    return `between ${numberText(low)} and ${numberText(high)}${unit}`;
  if (high !== undefined) return `below ${numberText(high)}${unit}`;
  return low === undefined ? null : `above ${numberText(low)}${unit}`;
}

function isInside(value: number, limits: readonly Limit[]): boolean {
  return limits.every(({ side, at }) => (side === 'high' ? value < at : value > at));
}

/** A value inside its limits weighs by how it changes, or by how it goes with others; a reader would wonder otherwise. */
function contributionReason({ sensor: name, share, value }: Contribution, type: MachineType): string {
  const weight = `${Math.round(share * 100)} % of this estimate`;
  if (value === null || !Number.isFinite(value)) return `${name}: ${weight}`;
  const sensor = type.sensors.find((candidate) => candidate.name === name);
  const unit = unitAfter(sensor?.unit ?? '1');
  const now = `${name} ${numberText(value)}${unit}`;
  const limits = sensor ? limitsOf(sensor) : [];
  const normal = normalText(limits, unit);
  if (!normal) return `${now}: ${weight}`;
  return isInside(value, limits)
    ? `${now} is inside its limits (${normal}); how it changes is ${weight}`
    : `${now}, normal ${normal}: ${weight}`;
}

/** One sentence for each of the sensors that contributed most. */
export function contributionReasons(assessment: Assessment, type: MachineType): string[] {
  return assessment.contributions
    .filter((contribution) => contribution.share >= shareMin)
    .slice(0, contributionsMax)
    .map((contribution) => contributionReason(contribution, type));
}

/** One sentence for each sensor that has left the range in which it always was, and for a machine that has changed. */
export function beyondReasons(input: AlertInput): string[] {
  const { beyond = [], machine } = input;
  const named = beyond.slice(0, contributionsMax).map((each) => beyondReason(each, machine.type));
  const changed = changedReasons(input);
  return [...standsReasons(input), ...named, ...(changed.length > 0 ? changed : likeReasons(input))];
}

/** Names by which people call the sensor that says how fast a machine runs. */
const speedName = /(^|[_.-])(rpm|speed|drehzahl)([_.-]|$)/i;
const speedUnit = 'r/min';
/** Slower than this share of what is usual is a stop, whatever noise the sensor has. */
const standsBelow = 0.02;

/** Says that a machine stands that usually does not, where a sensor of its speed says so: then the others follow from that. */
function standsReasons(input: AlertInput): string[] {
  const { beyond = [], machine, window, rows } = input;
  const { sensors } = machine.type;
  const newest = (rows - 1) * sensors.length;
  for (const [column, { name, unit, kind }] of sensors.entries()) {
    const value = window[newest + column];
    if (kind !== undefined || !(unit === speedUnit || speedName.test(name)) || value === undefined) continue;
    const usual = beyond.find(({ sensor, isRate }) => sensor === name && !isRate);
    const isSlow = usual !== undefined && usual.low > 0 && Math.abs(value) <= standsBelow * usual.low;
    if (value === 0 || isSlow)
      return [`The machine stands: ${name} is ${numberText(value)}${unitAfter(unit)}`];
  }
  return [];
}

/** @param was says that it was usual before a change */
function beyondReason(each: BeyondUsual, type: MachineType, was = false): string {
  const { sensor, isBesideOthers, isRate } = each;
  const [level, low, high, per] = isRate ? rateNumbers(each) : [each.level, each.low, each.high, ''];
  const is = isRate ? 'rises by' : 'is';
  const unit = unitAfter(type.sensors.find(({ name }) => name === sensor)?.unit ?? '1') + per;
  const [least, most] = [numberText(low), numberText(high)];
  const range = least === most ? `about ${most}${unit}` : `between ${least} and ${most}${unit}`;
  if (each.shift) return shiftReason(each, unit, numberText);
  const now = `${sensor} ${is} ${numberText(level)}${unit} on average of its last readings`;
  if (was) return `${now}; before, ${range} was usual beside the other sensors`;
  if (isBesideOthers) return `${now}; while the other sensors are as they are now, ${range} is usual`;
  return `${sensor} ${is} about ${numberText(level)}${unit}; until now it was always ${range}`;
}

/** Says which fault that a person has named this is like. */
function likeReasons({ behaviour, timeMs }: Pick<AlertInput, 'behaviour' | 'timeMs'>): string[] {
  if (!behaviour?.like) return [];
  const { atMs, note } = behaviour.like;
  return [`It is like what was named a fault on ${timeText(atMs, timeMs)}: ${note}`];
}

/**
 * Says of an alert whose cause has lasted what has changed, and what a person can say of it. @param heldMs for how long at least it must be away until
 * the alert ends; absent: the alert is not told to end yet
 */
export function changedReasons({ behaviour, machine, timeMs }: AlertInput, heldMs?: number): string[] {
  if (behaviour?.state !== 'changed' || behaviour.sinceMs === null) return [];
  const name = `${machine.site}/${machine.machine}`;
  const { sinceMs, most, endsAfterMs } = behaviour;
  const shows = most ? `: ${beyondReason(most, machine.type, true)}` : '';
  const ends =
    heldMs === undefined || endsAfterMs === undefined
      ? []
      : [
          `This alert ends once the machine has run as it did before for ${durationText(Math.max(heldMs, endsAfterMs))}`,
        ];
  return [
    `It has changed since ${timeText(sinceMs, timeMs)}${shows}. Say whether that is normal (harbinger machines relearn ${name} --what state --note "…") or a fault (harbinger machines fault ${name} --note "…")`,
    ...ends,
    ...likeReasons({ behaviour, timeMs }),
  ];
}

/** Says why an alert for what was unusual is still open where no sensor is beyond its usual range any more. @param heldMs see `changedReasons` */
export function insideRangesReasons(
  input: AlertInput,
  { detector, anomaly }: Assessment,
  { on, openAt }: EstimatePolicy,
  heldMs = 0,
): string[] {
  const {
    beyond = [],
    machine: { type },
  } = input;
  const isByRanges = on === 'anomaly' && isJudgedByItsPast(type) && detector !== undefined;
  if (!isByRanges || beyond.length > 0 || anomaly >= openAt) return [];
  const changed = changedReasons(input, heldMs);
  if (changed.length > 0) return changed;
  return ['Every sensor is back where it usually is; the alert ends once that has lasted'];
}

/** States why the model did not decide; empty if it did, or its type has none. */
export function modeReasons(decided: Decided<Assessment>, budgetMs: number, type: MachineType): string[] {
  if (decided.override && !decided.fallbackCause) {
    const { by, why } = decided.override;
    return [`Judged by the version that ${by || 'a person'} wants: ${why}`];
  }
  if (decided.override) return [`Decided by rules: ${decided.fallbackCause?.detail}`];
  if (!decided.fallbackCause || type.model === undefined) return [];
  const { cause, detail } = decided.fallbackCause;
  const why = {
    timeout: `the model did not answer within ${budgetMs} ms`,
    error: `the model failed (${detail})`,
    invalid: `the model’s answer was not usable (${detail})`,
    'breaker-open': `the model ${detail.replace(/^it /, '')}`,
    busy: 'the model is still busy with earlier requests',
    'no-answer': `no model answers for machine type ${type.name}`,
    override: detail,
  }[cause];
  const by = decided.verdict?.answer.detector ? 'by the machine’s own past' : 'by rules';
  return [`Decided ${by}: ${why}`];
}

export interface Ending {
  state: 'failed' | 'replaced' | 'retired';
  atMs: number;
  note?: string;
}

/** States why a prediction ended with the failure or replacement of its machine. */
export function endingReasons(
  ending: Ending,
  opened: { atMs: number; life: RemainingLife | null },
): string[] {
  const sinceText = durationText(ending.atMs - opened.atMs);
  const expected = opened.life
    ? `, which expected ${numberText(opened.life.p50)} ${opened.life.unit} more ` +
      `(80 % interval ${numberText(opened.life.p10)}–${numberText(opened.life.p90)})`
    : '';
  const first = {
    failed: `The machine failed ${sinceText} after the first warning${expected}`,
    replaced: `The machine was replaced ${sinceText} after the first warning`,
    retired: `The machine was retired at its gateway ${sinceText} after the first warning`,
  }[ending.state];
  return ending.note ? [first, `Note: ${ending.note.slice(0, noteLengthMax)}`] : [first];
}
