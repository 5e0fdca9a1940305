import { Type } from '@sinclair/typebox';
import { reportOf } from '../../../shared/parts/statistics.ts';
import type { SensorFault } from './refused-fields.ts';

export const fieldsReport = reportOf<{
  sensorFaults: SensorFault[];
  pipeline: { fieldsRefused: number; valuesRounded: number };
}>()({
  name: 'Fields of readings',
  statistics: {
    harbinger_fields_refused_total: {
      type: 'counter',
      help: 'Values that their sensor cannot have, refused alone or with their reading',
    },
    harbinger_values_rounded_total: {
      type: 'counter',
      help: 'Numbers that a double does not hold as they were sent',
    },
    harbinger_sensor_faults: {
      type: 'gauge',
      help: 'Sensors that had such a value in the 10 minutes before the last one (at most 100)',
    },
  },
  status: {
    sensorFaults: Type.Array(
      Type.Object({
        machine: Type.String(),
        sensor: Type.String(),
        code: Type.String(),
        value: Type.String(),
        count: Type.Integer({ minimum: 0 }),
        firstMs: Type.Number(),
        lastMs: Type.Number(),
      }),
    ),
  },
  samples: ({ sensorFaults, pipeline }) => ({
    harbinger_fields_refused_total: pipeline.fieldsRefused,
    harbinger_values_rounded_total: pipeline.valuesRounded,
    harbinger_sensor_faults: sensorFaults.length,
  }),
});
