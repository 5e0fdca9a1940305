import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface DeadLetterCounts {
  count: number;
  bytes: number;
  dropped: number;
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
      help: 'Dead letters dropped because there were too many',
    },
  },
  status: {
    deadLetters: Type.Object({ count: Count, bytes: Count, dropped: Count }, { additionalProperties: true }),
  },
  samples: ({ deadLetters, deadLettersRedriven }) => ({
    harbinger_dead_letters_redriven_total: deadLettersRedriven,
    harbinger_dead_letters: deadLetters.count,
    harbinger_dead_letters_bytes: deadLetters.bytes,
    harbinger_dead_letters_dropped_total: deadLetters.dropped,
  }),
  summary: ({ deadLetters }) => ({ deadLetters: deadLetters.count }),
});
