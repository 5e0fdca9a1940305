import { Type } from '@sinclair/typebox';
import { declareStatistics, type SamplesOf } from '../../../shared/parts/statistics.ts';

export interface PortStats {
  path: string;
  open: boolean;
  lines: number;
  truncated: number;
  /** Retries of lines that could not be stored. */
  retried: number;
  /** Lines that can never be stored. */
  givenUp: number;
  reopened: number;
}

export const serialStatistics = declareStatistics({
  harbinger_serial_open: { type: 'gauge', help: '1 while the device is there', labels: ['port'] },
  harbinger_serial_lines_total: { type: 'counter', help: 'Lines read', labels: ['port'] },
  harbinger_serial_lines_cut_total: {
    type: 'counter',
    help: 'Of these, longer than lineBytesMax',
    labels: ['port'],
  },
  harbinger_serial_lines_retried_total: {
    type: 'counter',
    help: 'Times the disk refused a line',
    labels: ['port'],
  },
  harbinger_serial_lines_given_up_total: {
    type: 'counter',
    help: 'Lines that can never be stored, as the log says why',
    labels: ['port'],
  },
});

export function serialSamples(ports: readonly PortStats[]): SamplesOf<typeof serialStatistics> {
  const each = (value: (port: PortStats) => number) =>
    ports.map((port) => ({ value: value(port), labels: { port: port.path } }));
  return {
    harbinger_serial_open: each(({ open }) => (open ? 1 : 0)),
    harbinger_serial_lines_total: each(({ lines }) => lines),
    harbinger_serial_lines_cut_total: each(({ truncated }) => truncated),
    harbinger_serial_lines_retried_total: each(({ retried }) => retried),
    harbinger_serial_lines_given_up_total: each(({ givenUp }) => givenUp),
  };
}

/** The part of `/api/status` with a stable schema. */
export const SerialStatus = Type.Array(
  Type.Object(
    { path: Type.String(), open: Type.Boolean(), lines: Type.Integer({ minimum: 0 }) },
    { additionalProperties: true },
  ),
);
