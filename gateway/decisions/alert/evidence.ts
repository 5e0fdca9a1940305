/** The evidence that an estimate line carries beside the estimate: what judges the machine, and what is met now. */
import type { Assessment } from '../../../shared/contract/events.ts';
import { policyLevel } from '../../../shared/domain/alert-policy.ts';
import { limitedColumnsOf, limitPolicyOf } from '../../../shared/domain/limits.ts';
import type { AlertInput } from '../../ports/decision.ts';

type Level = 'critical' | 'warning' | null;

/** In lines levels are numbers, because an older cloud knows no further texts there. */
const numbers = { critical: 2, warning: 1, none: 0 } as const;

/** Fields for an estimate line, all of them numbers. */
export function evidenceFields(input: AlertInput, assessment: Assessment): string[] {
  const { learning, rowMs } = input;
  const { watched, met } = limitsNow(input);
  const policies = policyLevel(input.machine.type.alerts, {
    life: assessment.remainingLife?.p50 ?? null,
    anomaly: assessment.anomaly,
    confidence: assessment.confidence,
  });
  return [
    `limits=${watched}`,
    `limits_met=${numbers[met ?? 'none']}`,
    `policies_met=${numbers[policies ?? 'none']}`,
    ...(learning ? [`normal_rows=${learning.rows}`, `normal_rows_needed=${learning.needed}`] : []),
    ...(input.evidence ?? []),
    ...(rowMs === undefined ? [] : [`row_s=${Number((rowMs / 1_000).toPrecision(4))}`]),
  ];
}

/** Limits of sensors that send, and the worst that is met: with the delays of alerts, or at once if limits raise none. */
function limitsNow({ machine, window, rows, limits = [] }: AlertInput): { watched: number; met: Level } {
  const { sensors } = machine.type;
  const told = limitPolicyOf(machine.type) !== null;
  const newest = (rows - 1) * sensors.length;
  let watched = 0;
  let met: Level = null;
  const meets = (severity: 'critical' | 'warning') => {
    if (met !== 'critical') met = severity;
  };
  for (const { column, limits: declared } of limitedColumnsOf(machine.type)) {
    const value = window[newest + column];
    if (value === undefined || Number.isNaN(value)) continue;
    watched += declared.length;
    if (told) continue;
    for (const { side, at, severity } of declared)
      if (side === 'high' ? value >= at : value <= at) meets(severity);
  }
  if (told) for (const state of limits) if (state.met) meets(state.met.severity);
  return { watched, met };
}
