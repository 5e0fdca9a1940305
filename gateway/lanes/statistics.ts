/** Statistics of the journal's content by lane, and of its losses. */
import { Type } from '@sinclair/typebox';
import type { JournalLoss } from '../../shared/contract/events.ts';
import { reportOf } from '../../shared/parts/statistics.ts';
import type { JournalStats } from '../ports/journal.ts';

export interface LanesState {
  /** Why the journal cannot be written at the moment; null while it can. */
  journalTrouble: string | null;
  journals: readonly JournalStats[];
  losses: readonly JournalLoss[];
  backlog: Readonly<Record<string, { blocks: number }>>;
  estimatesDropped: number;
}

const Count = Type.Integer({ minimum: 0 });
const JournalStatus = Type.Object(
  {
    lane: Type.String(),
    firstSeq: Count,
    lastSeq: Count,
    bytes: Count,
    bytesMax: Type.Integer({ description: 'of all lanes together' }),
    dropped: Type.Object({ blocks: Count, lines: Count, bytes: Count }),
    oldestMs: Type.Union([Type.Number({ description: 'ms since 1970' }), Type.Null()]),
    removed: Type.Union([
      Type.String({ description: 'its newest file was deleted or replaced: nothing is acknowledged' }),
      Type.Null(),
    ]),
  },
  { additionalProperties: true },
);

const labels = ['lane'];

export const lanesReport = reportOf<LanesState>()({
  name: 'Journal',
  statistics: {
    harbinger_journal_writable: {
      type: 'gauge',
      help: '0 while the journal cannot be written and sensors wait',
    },
    harbinger_journal_limit_bytes: {
      type: 'gauge',
      help: 'What all lanes together may take on disk (journal.bytesMax)',
    },
    harbinger_journal_bytes: { type: 'gauge', help: 'Bytes on disk', labels },
    harbinger_backlog_blocks: { type: 'gauge', help: 'Blocks that the cloud has not confirmed', labels },
    harbinger_journal_written_bytes_total: {
      type: 'counter',
      help: 'Bytes written to the file system',
      labels,
    },
    harbinger_journal_syncs_total: { type: 'counter', help: 'Syncs to disk', labels },
    harbinger_journal_dropped_blocks_total: {
      type: 'counter',
      help: 'Blocks dropped unsent because the journal was full',
      labels,
    },
    harbinger_journal_dropped_lines_total: {
      type: 'counter',
      help: 'Lines dropped unsent because the journal was full',
      labels,
    },
    harbinger_journal_dropped_bytes_total: {
      type: 'counter',
      help: 'Bytes dropped unsent because the journal was full',
      labels,
    },
    harbinger_journal_oldest_timestamp_seconds: {
      type: 'gauge',
      help: 'When the oldest block was written',
      labels,
    },
    harbinger_journal_lost_blocks_total: {
      type: 'counter',
      help: 'Blocks that will never be sent',
      labels: ['lane', 'cause'],
    },
    harbinger_journal_lost_bytes_total: {
      type: 'counter',
      help: 'Bytes cut off, or never sent',
      labels: ['lane', 'cause'],
    },
    harbinger_estimates_dropped_total: {
      type: 'counter',
      help: 'Estimates dropped before the journal took them',
    },
  },
  status: {
    journalTrouble: Type.Union([Type.String({ description: 'why sensors wait' }), Type.Null()]),
    journals: Type.Array(JournalStatus),
    backlog: Type.Record(Type.String(), Type.Object({ blocks: Count, confirmedSeq: Count }), {
      description: 'by lane: not confirmed by the cloud yet',
    }),
  },
  samples({ journalTrouble, journals, losses, backlog, estimatesDropped }) {
    const byLane = (value: (journal: JournalStats) => number) =>
      journals.map((journal) => ({ value: value(journal), labels: { lane: journal.lane } }));
    const byCause = (value: (loss: JournalLoss) => number) =>
      losses.map((loss) => ({ value: value(loss), labels: { lane: loss.lane, cause: loss.cause } }));
    return {
      harbinger_journal_writable: journalTrouble === null ? 1 : 0,
      harbinger_journal_limit_bytes: journals[0]?.bytesMax ?? 0,
      harbinger_journal_bytes: byLane(({ bytes }) => bytes),
      harbinger_backlog_blocks: byLane(({ lane }) => backlog[lane]?.blocks ?? 0),
      harbinger_journal_written_bytes_total: byLane(({ writtenBytes }) => writtenBytes),
      harbinger_journal_syncs_total: byLane(({ syncs }) => syncs),
      harbinger_journal_dropped_blocks_total: byLane(({ dropped }) => dropped.blocks),
      harbinger_journal_dropped_lines_total: byLane(({ dropped }) => dropped.lines),
      harbinger_journal_dropped_bytes_total: byLane(({ dropped }) => dropped.bytes),
      harbinger_journal_oldest_timestamp_seconds: byLane(({ oldestMs }) => (oldestMs ?? 0) / 1_000),
      harbinger_journal_lost_blocks_total: byCause(({ blocks }) => blocks),
      harbinger_journal_lost_bytes_total: byCause(({ bytes }) => bytes),
      harbinger_estimates_dropped_total: estimatesDropped,
    };
  },
  summary: ({ backlog }) => ({ backlog }),
});
