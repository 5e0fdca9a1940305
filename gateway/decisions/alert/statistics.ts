import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';

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
