import { Type } from '@sinclair/typebox';
import type { Lane } from '../../shared/contract/lanes.ts';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface UplinkStats {
  connected: boolean;
  connects: number;
  lastError: string | null;
  /** By lane. */
  batches: Record<Lane, number>;
  blocks: Record<Lane, number>;
  lines: Record<Lane, number>;
  bytes: Record<Lane, number>;
}

const Count = Type.Integer({ minimum: 0 });
const byLane = Type.Record(Type.String(), Count);
const UplinkStatus = Type.Object(
  {
    connected: Type.Boolean(),
    connects: Count,
    lastError: Type.Union([Type.String(), Type.Null()]),
    lines: byLane,
    bytes: byLane,
  },
  { additionalProperties: true },
);

/** The uplink is null where no cloud is configured. */
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
  },
  status: { uplink: Type.Union([UplinkStatus, Type.Null()]) },
  samples({ uplink }) {
    if (!uplink) return { harbinger_uplink_connected: 0 };
    return {
      harbinger_uplink_connected: uplink.connected ? 1 : 0,
      harbinger_uplink_connects_total: uplink.connects,
      harbinger_uplink_confirmed_bytes_total: samplesOf(uplink.bytes),
      harbinger_uplink_confirmed_lines_total: samplesOf(uplink.lines),
    };
  },
  summary: ({ uplink }) => ({ uplink: uplink?.connected ?? null }),
});

function samplesOf(values: Record<Lane, number>) {
  return Object.entries(values).map(([lane, value]) => ({ value, labels: { lane } }));
}
