import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';
import type { Dropped } from './letter-record.ts';

export interface DeadLetterCounts {
  count: number;
  bytes: number;
  /** Letters dropped since the first one without being asked for, all together and by reason. */
  dropped: number;
  droppedBy: Dropped;
  byCode: Record<string, number>;
}

export interface DeadLettersState {
  deadLetters: DeadLetterCounts;
  /** Since the start. */
  deadLettersRedriven: number;
}

const Count = Type.Integer({ minimum: 0 });

export const deadLettersReport = reportOf<DeadLettersState>()({
  name: 'Dead letters',
  statistics: {
    harbinger_dead_letters_redriven_total: {
      type: 'counter',
      help: 'Dead letters sent through the pipeline again; those that failed again are counted as new ones',
    },
    harbinger_dead_letters: { type: 'gauge', help: 'Dead letters kept' },
    harbinger_dead_letters_bytes: { type: 'gauge', help: 'Bytes of the dead letters kept' },
    harbinger_dead_letters_dropped_total: {
      type: 'counter',
      help: 'Dead letters dropped: too many (`count`), too many bytes (`bytes`), one alone too large (`size`), too old (`age`)',
      labels: ['reason'],
    },
  },
  status: {
    deadLetters: Type.Object({ count: Count, bytes: Count, dropped: Count }, { additionalProperties: true }),
  },
  samples: ({ deadLetters, deadLettersRedriven }) => ({
    harbinger_dead_letters_redriven_total: deadLettersRedriven,
    harbinger_dead_letters: deadLetters.count,
    harbinger_dead_letters_bytes: deadLetters.bytes,
    harbinger_dead_letters_dropped_total: Object.entries(deadLetters.droppedBy).map(([reason, value]) => ({
      value,
      labels: { reason },
    })),
  }),
  summary: ({ deadLetters }) => ({ deadLetters: deadLetters.count }),
});
