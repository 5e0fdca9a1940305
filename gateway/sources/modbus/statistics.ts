import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';

/** Requests without data, by what came in place of it. */
export interface FailureCounts {
  silent: number;
  damaged: number;
  exception: number;
  untrusted: number;
  /** Nothing was sent, because the line was never silent. */
  busy: number;
}

export interface SlaveStats {
  unit: number;
  site: string;
  machine: string;
  answers: boolean;
  /** Why it does not, or which of its registers it refuses; with what to do. */
  problem?: string;
  /** ISO 8601. */
  answeredAt?: string;
}

export interface LineStats {
  name: string;
  open: boolean;
  problem?: string;
  requests: number;
  strayBytes: number;
  failures: FailureCounts;
  overruns: number;
  /** Retries of readings that could not be stored. */
  retried: number;
  /** Readings that can never be stored. */
  givenUp: number;
  slaves: SlaveStats[];
}

export const modbusStatistics = declareStatistics({
  harbinger_modbus_line_open: { type: 'gauge', help: '1 while the line is open', labels: ['line'] },
  harbinger_modbus_slave_answers: {
    type: 'gauge',
    help: '1 if the device has answered when it was last asked',
    labels: ['line', 'unit'],
  },
  harbinger_modbus_requests_total: { type: 'counter', help: 'Requests sent', labels: ['line'] },
  harbinger_modbus_failures_total: {
    type: 'counter',
    help: 'Requests without data: silent, damaged, exception, untrusted (it could be a late answer), or busy (the line was never silent)',
    labels: ['line', 'reason'],
  },
  harbinger_modbus_stray_bytes_total: {
    type: 'counter',
    help: 'Bytes that belong to no expected answer: noise, or answers that came too late',
    labels: ['line'],
  },
  harbinger_modbus_overruns_total: {
    type: 'counter',
    help: 'Polls left out because the line, or the disk, was too slow',
    labels: ['line'],
  },
  harbinger_modbus_readings_retried_total: {
    type: 'counter',
    help: 'Times the disk refused a reading',
    labels: ['line'],
  },
  harbinger_modbus_readings_given_up_total: {
    type: 'counter',
    help: 'Readings that can never be stored, as the log says why',
    labels: ['line'],
  },
});

export function modbusSamples(lines: readonly LineStats[]): SamplesOf<typeof modbusStatistics> {
  const each = (value: (line: LineStats) => number) =>
    lines.map((line) => ({ value: value(line), labels: { line: line.name } }));
  return {
    harbinger_modbus_line_open: each(({ open }) => (open ? 1 : 0)),
    harbinger_modbus_slave_answers: lines.flatMap(({ name, slaves }) =>
      slaves.map(({ unit, answers }) => ({
        value: answers ? 1 : 0,
        labels: { line: name, unit: String(unit) },
      })),
    ),
    harbinger_modbus_requests_total: each(({ requests }) => requests),
    harbinger_modbus_failures_total: lines.flatMap(({ name, failures }) =>
      Object.entries(failures).map(([reason, value]) => ({ value, labels: { line: name, reason } })),
    ),
    harbinger_modbus_stray_bytes_total: each(({ strayBytes }) => strayBytes),
    harbinger_modbus_overruns_total: each(({ overruns }) => overruns),
    harbinger_modbus_readings_retried_total: each(({ retried }) => retried),
    harbinger_modbus_readings_given_up_total: each(({ givenUp }) => givenUp),
  };
}

/** The part of `/api/status` with a stable schema. */
export const ModbusStatus = Type.Array(
  Type.Object(
    {
      name: Type.String(),
      open: Type.Boolean(),
      slaves: Type.Array(
        Type.Object(
          {
            unit: Type.Integer(),
            machine: Type.String(),
            answers: Type.Boolean(),
            problem: Type.Optional(Type.String()),
          },
          { additionalProperties: true },
        ),
      ),
    },
    { additionalProperties: true },
  ),
);
