import { Type } from '@sinclair/typebox';
import { declareStatistics } from '../../../shared/parts/statistics.ts';

export const retrainingStatistics = declareStatistics({
  harbinger_trainings_total: {
    type: 'counter',
    help: 'Trainings that have ended: with a candidate that is not worse (`not-worse`) or `worse`, or without one (`failed`)',
    labels: ['result'],
  },
});

/** The whole state is described at `GET /api/models/training`. */
export const RetrainingStatus = Type.Object(
  { isAvailable: Type.Boolean({ description: 'false if this process cannot train' }) },
  { additionalProperties: true },
);
