import { limitPolicyOf } from '../../../../shared/domain/limits.ts';
import type { PassedLimit } from '../../../ports/decision.ts';
import type { AlertChange } from '../change.ts';
import { passedReason } from '../reasons/limit-reasons.ts';
import type { OpenAlert } from '../state/machine-book.ts';
import type { Judged } from './judged.ts';

/**
 * The alert for limits that were met and are back in readings that came late and at once: it opens and ends in one decision,
 * because nobody could be told while it lasted.
 */
export function passedAlert(
  { input, decided, context }: Judged,
  passed: readonly PassedLimit[],
): AlertChange[] {
  const { site, machine: name, type } = input.machine;
  const policy = limitPolicyOf(type);
  if (policy === null || passed.length === 0) return [];
  const severity = passed.some((each) => each.severity === 'critical') ? 'critical' : 'warning';
  const { failureMode } = policy;
  const sensors = [...new Map(passed.map(({ sensor, value }) => [sensor, value]))];
  const contributions = sensors.map(([sensor, value]) => ({ sensor, value, share: 1 / sensors.length }));
  const assessment = { ...decided.verdict.answer, contributions };
  const prediction: OpenAlert = {
    ...{ predictionId: context.newId(), site, machine: name, machineType: type.name, failureMode, severity },
    openedAtMs: Math.min(...passed.map(({ sinceMs }) => sinceMs)),
    lifeAtOpening: assessment.remainingLife,
    assessment,
    causes: [{ failureMode, kind: 'limit', severity, source: null }],
  };
  const what = passed.map((each) => passedReason(each, type, input.timeMs));
  const late = 'It is told late, because the readings of that time came late; it is over';
  const untilMs = Math.max(...passed.map((each) => each.untilMs));
  const change = { prediction, assessment, untilMs, saveFirst: true } as const;
  return [
    { ...change, kind: 'opened', reasons: [...what, late] },
    {
      ...change,
      kind: 'resolved',
      reasons: [...what, 'It is told late: it was over before its readings came'],
    },
  ];
}
