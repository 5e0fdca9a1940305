/**
 * Reasons (gateway/decisions/alert/reasons): words for technicians, as short sentences with numbers, units and limits. What
 * is opened, changed or ended is decided elsewhere.
 */
import type { Assessment, Contribution, RemainingLife } from '../../../../shared/contract/events.ts';
import type { Decided } from '../../../../shared/decisions/policy.ts';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { type Limit, limitsOf } from '../../../../shared/domain/limits.ts';
import type { MachineType } from '../../../../shared/domain/machine-type.ts';
import type { Change, Severity } from '../state/alert-state.ts';

const contributionsMax = 3;
const shareMin = 0.1;
const noteLengthMax = 200;

/** Three significant digits, without decimals from 100 up. */
export function numberText(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function lifeText(life: RemainingLife): string {
  const interval = `${numberText(life.p10)}–${numberText(life.p90)}`;
  return `Remaining life ${numberText(life.p50)} ${life.unit} (80 % interval ${interval})`;
}

/** The present value of the estimate that the policy is on. */
export function measure(assessment: Assessment, policy: EstimatePolicy): string {
  if (policy.on === 'anomaly') return `Anomaly score ${numberText(assessment.anomaly)}`;
  return assessment.remainingLife ? lifeText(assessment.remainingLife) : 'Remaining life is not known';
}

function limitText(assessment: Assessment, policy: EstimatePolicy, severity: Severity): string {
  const isCritical = severity === 'critical' && policy.criticalAt !== undefined;
  const limit = isCritical ? policy.criticalAt! : policy.openAt;
  const value = policy.on === 'anomaly' ? assessment.anomaly : assessment.remainingLife?.p50;
  const side = value === limit ? 'at' : policy.on === 'anomaly' ? 'above' : 'below';
  return `${measure(assessment, policy)}, ${side} the ${isCritical ? 'critical ' : ''}limit of ${numberText(limit)}`;
}

/** The first sentence: the measured quantity and the limit that it met. */
export function changeReason(change: Change, assessment: Assessment, policy: EstimatePolicy): string {
  if (change.kind === 'resolved') {
    if (policy.on === 'remaining-life' && assessment.remainingLife === null)
      return `No end of life is in sight: health ${numberText(assessment.health)} for ${policy.resolveAfter} estimates in a row`;
    const side = policy.on === 'anomaly' ? 'at or below' : 'at or above';
    const { resolveAt, resolveAfter } = policy;
    return `${measure(assessment, policy)}; ${side} ${numberText(resolveAt)} for ${resolveAfter} estimates in a row`;
  }
  if (change.kind === 'updated' && change.why === 'remaining-life') return measure(assessment, policy);
  return limitText(assessment, policy, change.severity);
}

function normalText(limits: readonly Limit[]): string | null {
  const innermost = (side: Limit['side']) => limits.find((limit) => limit.side === side)?.at;
  const [low, high] = [innermost('low'), innermost('high')];
  if (low !== undefined && high !== undefined) return `between ${numberText(low)} and ${numberText(high)}`;
  if (high !== undefined) return `below ${numberText(high)}`;
  return low === undefined ? null : `above ${numberText(low)}`;
}

function contributionReason(contribution: Contribution, type: MachineType): string {
  const said = `${contribution.sensor} contributes ${Math.round(contribution.share * 100)} %`;
  if (contribution.value === null || !Number.isFinite(contribution.value)) return said;
  const sensor = type.sensors.find((candidate) => candidate.name === contribution.sensor);
  const unit = sensor && sensor.unit !== '1' ? ` ${sensor.unit}` : '';
  const value = `${said}: ${numberText(contribution.value)}${unit}`;
  const normal = sensor && normalText(limitsOf(sensor));
  return normal ? `${value}, normal ${normal}` : value;
}

/** One sentence for each of the sensors that contributed most. */
export function contributionReasons(assessment: Assessment, type: MachineType): string[] {
  return assessment.contributions
    .filter((contribution) => contribution.share >= shareMin)
    .slice(0, contributionsMax)
    .map((contribution) => contributionReason(contribution, type));
}

/** States why the model did not decide; empty if it did. */
export function modeReasons(decided: Decided<Assessment>, budgetMs: number, type: MachineType): string[] {
  if (!decided.fallbackCause) return [];
  const { cause, detail } = decided.fallbackCause;
  const why = {
    timeout: `the model did not answer within ${budgetMs} ms`,
    error: `the model failed (${detail})`,
    invalid: `the model’s answer was not usable (${detail})`,
    'breaker-open': `the model ${detail.replace(/^it /, '')}`,
    busy: 'the model is still busy with earlier requests',
    'no-answer': `no model answers for machine type ${type.name}`,
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
