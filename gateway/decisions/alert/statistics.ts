import { Type } from '@sinclair/typebox';
import type { DecisionStats } from '../../../shared/decisions/stats.ts';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';
import type { AlertEffects } from './alert-effects.ts';

export const alertStatistics = declareStatistics({
  harbinger_predictions_open: { type: 'gauge', help: 'Open predictions', labels: ['severity'] },
});

/** @param open number of open predictions by severity */
export function alertSamples(open: { warning: number; critical: number }): SamplesOf<typeof alertStatistics> {
  return {
    harbinger_predictions_open: Object.entries(open).map(([severity, value]) => ({
      value,
      labels: { severity },
    })),
  };
}

/** The part of `/api/status` with a stable schema. */
export const AlertsStatus = Type.Object(
  { openPredictions: Type.Array(Type.Unknown()) },
  { additionalProperties: true },
);

export type AlertDecisionStats = AlertEffects['counts'] & {
  decision: DecisionStats;
  machines: number;
  open: { warning: number; critical: number };
  records: { change: number; mode: number; sample: number; suppressed: number };
  events: { sent: number; failed: number; lost: number; pending: number };
  /** Inputs dropped because earlier ones were still being decided. */
  dropped: number;
  /** Faults of this code; none is expected. */
  errors: number;
  saveFailures: number;
};
