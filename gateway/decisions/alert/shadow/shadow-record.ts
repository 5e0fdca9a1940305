import { timeText } from '../../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import { refText } from '../../../../shared/contract/models/model-ref.ts';
import type { Compared } from '../../../../shared/decisions/shadow-side.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import type { ModelChallenger } from '../../../ports/models/versions.ts';
import { judgedWindow } from '../decision-content.ts';
import { lifeText } from '../reasons/reasons.ts';
import type { ShadowChange } from './shadow-tracks.ts';

/** The record of a warning that a candidate alone would have raised, or ended; null if it has given no answer. */
export function shadowRecord(
  decisionId: string,
  { input, decided, outcome, latencyMs }: Compared<AlertInput, Assessment>,
  { kind, policy }: ShadowChange,
  { model, assessor }: ModelChallenger,
): DecisionRecord | null {
  if (!outcome.verdict) return null;
  const { site, machine, type } = input.machine;
  const { answer, confidence } = outcome.verdict;
  const { remainingLife, health, anomaly } = answer;
  const window = judgedWindow(input);
  const acted = decided.verdict?.answer;
  const what = kind === 'opened' ? 'would have warned' : 'would have ended its warning';
  return {
    decisionId,
    decision: 'alert',
    subject: `${site}/${machine}`,
    inputs: { machineType: type.name, time: timeText(input.timeMs), rows: input.rows },
    answer: {
      ...{ source: answer.source, model, remainingLife, health, anomaly },
      changes: [{ change: kind, failureMode: policy.failureMode }],
      recorded: 'shadow',
    },
    reasons: [
      `${refText(model)} runs beside and ${what} of ${policy.failureMode}; nothing followed`,
      ...(remainingLife ? [lifeText(remainingLife, input.rowMs)] : []),
      ...(acted?.remainingLife ? [`What was acted on: ${lifeText(acted.remainingLife, input.rowMs)}`] : []),
    ],
    confidence,
    policy: {
      name: model.name,
      version: model.version,
      ...(assessor.backend !== undefined && { backend: assessor.backend }),
    },
    mode: 'shadow',
    latencyMs,
    ...(window && { window }),
  };
}
