import { Type } from '@sinclair/typebox';
import { reportOf } from '../parts/statistics.ts';

export interface HeartbeatState {
  /** Confirmed by all that get it. */
  sent: number;
  failed: number;
  /** Not sent, because this process did not work. */
  withheld: number;
  lastProblem: string | null;
}

const Count = Type.Integer({ minimum: 0 });

export const heartbeatReport = reportOf<{ heartbeat: HeartbeatState | null }>()({
  name: 'Heartbeat',
  statistics: {
    harbinger_heartbeats_total: {
      type: 'counter',
      help: 'Heartbeats that were confirmed (`sent`), were not (`failed`), or were not sent because the process did not work (`withheld`)',
      labels: ['outcome'],
    },
  },
  status: {
    heartbeat: Type.Union([
      Type.Object(
        {
          sent: Count,
          failed: Count,
          withheld: Count,
          lastProblem: Type.Union([Type.String(), Type.Null()]),
        },
        { additionalProperties: true },
      ),
      Type.Null(),
    ]),
  },
  samples({ heartbeat }) {
    if (!heartbeat) return {};
    const { sent, failed, withheld } = heartbeat;
    const samples = Object.entries({ sent, failed, withheld });
    return {
      harbinger_heartbeats_total: samples.map(([outcome, value]) => ({ value, labels: { outcome } })),
    };
  },
});
