import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface RefusedCounts {
  count: number;
  bytes: number;
  /** Set aside, and of these dropped to make room, since the first one. */
  setAside: number;
  dropped: number;
}

export interface RefusedState {
  refused: RefusedCounts;
  /** Since the start. */
  refusedRedriven: number;
}

const Count = Type.Integer({ minimum: 0 });

export const refusedReport = reportOf<RefusedState>()({
  name: 'Refused batches',
  statistics: {
    harbinger_refused_batches: {
      type: 'gauge',
      help: 'Batches that the cloud refused for too long, kept on this gateway',
    },
    harbinger_refused_batches_bytes: { type: 'gauge', help: 'Bytes of these batches' },
    harbinger_refused_batches_set_aside_total: {
      type: 'counter',
      help: 'Batches set aside because the cloud refused them',
    },
    harbinger_refused_batches_dropped_total: {
      type: 'counter',
      help: 'Refused batches dropped because there were too many: their lines are lost',
    },
    harbinger_refused_batches_redriven_total: {
      type: 'counter',
      help: 'Refused batches that the cloud took when they were sent again',
    },
  },
  status: {
    refused: Type.Object(
      { count: Count, bytes: Count, setAside: Count, dropped: Count },
      { additionalProperties: true, description: 'batches that the cloud refused for too long' },
    ),
  },
  samples: ({ refused, refusedRedriven }) => ({
    harbinger_refused_batches: refused.count,
    harbinger_refused_batches_bytes: refused.bytes,
    harbinger_refused_batches_set_aside_total: refused.setAside,
    harbinger_refused_batches_dropped_total: refused.dropped,
    harbinger_refused_batches_redriven_total: refusedRedriven,
  }),
  summary: ({ refused }) => ({ refused: refused.count }),
});
