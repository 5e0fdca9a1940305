import { Type } from '@sinclair/typebox';
import type { Lane } from '../../shared/contract/lanes.ts';
import { reportOf } from '../../shared/parts/statistics.ts';
import type { RefusedBatch } from './refused-batch.ts';

/** The state of the uplink, and its counts since the start. */
export interface UplinkStats {
  connected: boolean;
  connects: number;
  lastError: string | null;
  /** How far the clock was ahead of the cloud's when the connection was made; null if that is not known. */
  aheadOfCloudMs: number | null;
  /** By lane. */
  batches: Record<Lane, number>;
  blocks: Record<Lane, number>;
  lines: Record<Lane, number>;
  bytes: Record<Lane, number>;
  /** The batch of each lane that the cloud currently refuses. */
  refused: Record<Lane, RefusedBatch | null>;
  /** Refusals by lane and code. */
  refusals: Record<Lane, Record<string, number>>;
}

function perLane<T>(value: () => T): Record<Lane, T> {
  return { events: value(), estimates: value(), readings: value() };
}

export function newUplinkStats(): UplinkStats {
  return {
    connected: false,
    connects: 0,
    lastError: null,
    aheadOfCloudMs: null,
    batches: perLane(() => 0),
    blocks: perLane(() => 0),
    lines: perLane(() => 0),
    bytes: perLane(() => 0),
    refused: perLane(() => null),
    refusals: perLane(() => ({})),
  };
}

const Count = Type.Integer({ minimum: 0 });
const byLane = Type.Record(Type.String(), Count);
const Refused = Type.Object(
  {
    firstSeq: Count,
    lastSeq: Count,
    code: Type.String({ description: 'the cloud’s reason, or SILENT' }),
    reason: Type.String(),
    sinceMs: Type.Number({ description: 'ms since 1970' }),
    attempts: Count,
    refusedMs: Type.Number({
      description: 'how long it has been refused, without gaps in which nothing was tried',
    }),
  },
  { additionalProperties: true },
);
const UplinkStatus = Type.Object(
  {
    connected: Type.Boolean(),
    connects: Count,
    lastError: Type.Union([Type.String(), Type.Null()]),
    aheadOfCloudMs: Type.Union([
      Type.Number({ description: 'how far the clock was ahead of the cloud’s when the connection was made' }),
      Type.Null(),
    ]),
    lines: byLane,
    bytes: byLane,
    refused: Type.Record(Type.String(), Type.Union([Refused, Type.Null()]), {
      description: 'by lane: the batch that the cloud currently refuses',
    }),
  },
  { additionalProperties: true },
);

/** The uplink is null if no cloud is configured. */
export const uplinkReport = reportOf<{ uplink: UplinkStats | null }>()({
  name: 'Uplink',
  statistics: {
    harbinger_uplink_connected: { type: 'gauge', help: '1 while connected to the cloud' },
    harbinger_uplink_connects_total: { type: 'counter', help: 'Connections made' },
    harbinger_uplink_confirmed_bytes_total: {
      type: 'counter',
      help: 'Bytes that the cloud confirmed',
      labels: ['lane'],
    },
    harbinger_uplink_confirmed_lines_total: {
      type: 'counter',
      help: 'Lines that the cloud confirmed',
      labels: ['lane'],
    },
    harbinger_uplink_refused: {
      type: 'gauge',
      help: '1 while the cloud refuses the next batch of the lane',
      labels: ['lane'],
    },
    harbinger_uplink_refusals_total: {
      type: 'counter',
      help: 'Batches that the cloud refused, or did not answer while it answered others (SILENT); each is sent again',
      labels: ['lane', 'reason'],
    },
  },
  status: { uplink: Type.Union([UplinkStatus, Type.Null()]) },
  samples({ uplink }) {
    if (!uplink) return { harbinger_uplink_connected: 0 };
    return {
      harbinger_uplink_connected: uplink.connected ? 1 : 0,
      harbinger_uplink_connects_total: uplink.connects,
      harbinger_uplink_confirmed_bytes_total: samplesOf(uplink.bytes),
      harbinger_uplink_confirmed_lines_total: samplesOf(uplink.lines),
      harbinger_uplink_refused: Object.entries(uplink.refused).map(([lane, batch]) => ({
        value: batch ? 1 : 0,
        labels: { lane },
      })),
      harbinger_uplink_refusals_total: Object.entries(uplink.refusals).flatMap(([lane, counts]) =>
        Object.entries(counts).map(([reason, value]) => ({ value, labels: { lane, reason } })),
      ),
    };
  },
  summary: ({ uplink }) => ({ uplink: uplink?.connected ?? null }),
});

function samplesOf(values: Record<Lane, number>) {
  return Object.entries(values).map(([lane, value]) => ({ value, labels: { lane } }));
}
