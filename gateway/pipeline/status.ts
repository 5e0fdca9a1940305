/** The status of the data thread, and the statistics of its parts. */
import { Type } from '@sinclair/typebox';
import type { QuotaRefusal, QuotaRefusals } from '../../shared/bounds/quota-refusals.ts';
import type { JournalLoss } from '../../shared/contract/events.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import type { SeamReports } from '../../shared/parts/seam.ts';
import { type Report, reportOf } from '../../shared/parts/statistics.ts';
import type { LetterAdmin } from '../deadletters/letter-admin.ts';
import { type DeadLetterCounts, deadLettersReport } from '../deadletters/statistics.ts';
import type { FieldNotes } from '../decode/fields/field-notes.ts';
import type { SensorFault } from '../decode/fields/refused-fields.ts';
import { fieldsReport } from '../decode/fields/statistics.ts';
import type { CountsByMachine } from '../decode/identity/counts-by-machine.ts';
import {
  type PlacementStatus,
  type ReadingIdentityCounts,
  readingIdentityReport,
} from '../decode/identity/statistics.ts';
import type { MachineQuota, Machines } from '../decode/machines/machines.ts';
import type { Lanes } from '../lanes/lanes.ts';
import type { Losses } from '../lanes/losses.ts';
import { lanesReport } from '../lanes/statistics.ts';
import type { Journal, JournalStats } from '../ports/journal.ts';
import { type RefusedCounts, refusedReport } from '../refused-batches/statistics.ts';
import { type UplinkStats, uplinkReport } from '../uplink/statistics.ts';
import type { Uplink } from '../uplink/uplink.ts';
import type { Pipeline } from './pipeline.ts';
import type { PipelineCounts } from './pipeline-deps.ts';

export interface DataStatus {
  pipeline: PipelineCounts & FieldNotes['counts'];
  /** Reports of the payload formats in use, all routes together. */
  formats: SeamReports;
  /** Resends recognised, and times moved or refused. */
  placement: PlacementStatus;
  /** Sensors that send values that they cannot have, latest first; at most 100. */
  sensorFaults: SensorFault[];
  machines: number;
  /** Refusals of what senders have enough of already. */
  quotas: { counts: Record<MachineQuota, number>; refused: QuotaRefusal[] };
  /** Why the journal cannot be written at the moment, so that senders wait; null while it can. */
  journalTrouble: string | null;
  journals: JournalStats[];
  /** Losses since the start, one sum for each lane and cause. */
  losses: JournalLoss[];
  /** By lane: blocks not yet confirmed by the cloud, and the last seq that was. */
  backlog: Record<string, { blocks: number; confirmedSeq: number }>;
  uplink: UplinkStats | null;
  deadLetters: DeadLetterCounts;
  /** Since the start. */
  deadLettersRedriven: number;
  refused: RefusedCounts;
  /** Since the start. */
  refusedRedriven: number;
  estimatesDropped: number;
}

export interface StatusParts {
  pipeline: Pipeline;
  formats(): SeamReports;
  identity: { counts: ReadingIdentityCounts };
  assumedResends: CountsByMachine;
  retainedAgain: CountsByMachine;
  stillClocks: CountsByMachine;
  fields: FieldNotes;
  machines: Machines;
  quotas: QuotaRefusals<MachineQuota>;
  journals: Record<Lane, Journal>;
  /** Number of blocks in a lane after a seq. */
  blocksAfter(lane: Lane, seq: number): number;
  lanes: Lanes;
  losses: Losses;
  uplink: Uplink | null;
  letters: { counts(): DeadLetterCounts };
  letterAdmin: LetterAdmin;
  refused: { counts(): RefusedCounts };
  refusedAdmin: { redriven: number };
}

export function dataStatus(parts: StatusParts): DataStatus {
  const {
    pipeline,
    identity,
    machines,
    journals,
    blocksAfter,
    losses,
    uplink,
    letters,
    letterAdmin,
    fields,
  } = parts;
  const backlogOf = (lane: Lane) => {
    // A cursor may be beyond the last block if that was sent, then damaged and cut off.
    const confirmedSeq = journals[lane].cursor('uplink').seq;
    return { blocks: blocksAfter(lane, confirmedSeq), confirmedSeq };
  };
  const journalStats = lanes.map((lane) => journals[lane].stats());
  const removed = journalStats.find((stats) => stats.removed !== null)?.removed ?? null;
  return {
    pipeline: { ...pipeline.counts, ...fields.counts },
    formats: parts.formats(),
    placement: {
      ...identity.counts,
      assumedResends: parts.assumedResends.ofMachines(),
      retainedAgain: parts.retainedAgain.ofMachines(),
      stillClocks: parts.stillClocks.ofMachines(),
    },
    sensorFaults: fields.refused.current(),
    machines: machines.count,
    quotas: { counts: parts.quotas.counts, refused: parts.quotas.all() },
    journalTrouble: removed ?? parts.lanes.trouble,
    journals: journalStats,
    losses: losses.totals,
    backlog: Object.fromEntries(lanes.map((lane) => [lane, backlogOf(lane)])),
    uplink: uplink?.stats ?? null,
    deadLetters: letters.counts(),
    deadLettersRedriven: letterAdmin.redriven,
    refused: parts.refused.counts(),
    refusedRedriven: parts.refusedAdmin.redriven,
    estimatesDropped: parts.lanes.estimates.dropped,
  };
}

const Count = Type.Integer({ minimum: 0 });

const QuotaRefusalSchema = Type.Object({
  quota: Type.String(),
  owner: Type.String(),
  refused: Count,
  latestMs: Type.Number(),
});

export const pipelineReport = reportOf<Pick<DataStatus, 'pipeline' | 'machines' | 'quotas'>>()({
  name: 'Pipeline',
  statistics: {
    harbinger_messages_total: { type: 'counter', help: 'Messages taken from sources' },
    harbinger_readings_total: { type: 'counter', help: 'Readings journalled' },
    harbinger_fields_ignored_total: {
      type: 'counter',
      help: 'Fields that a machine type does not declare',
    },
    harbinger_dead_letters_total: { type: 'counter', help: 'Messages that became dead letters' },
    harbinger_messages_ignored_total: {
      type: 'counter',
      help: 'Messages, or readings of several, of machines that people have said to ignore',
    },
    harbinger_machines: { type: 'gauge', help: 'Machines seen since the start' },
    harbinger_quota_refused_total: {
      type: 'counter',
      help: 'Readings of new machines, and new names of sensors, that were refused because their sender has as many as one may',
      labels: ['quota'],
    },
  },
  status: {
    pipeline: Type.Object(
      {
        messages: Count,
        readings: Count,
        deadLetters: Count,
        fieldsIgnored: Count,
        ignored: Count,
        fieldsRefused: Count,
        valuesRounded: Count,
      },
      { additionalProperties: true },
    ),
    machines: Count,
    quotas: Type.Object(
      { counts: Type.Record(Type.String(), Count), refused: Type.Array(QuotaRefusalSchema) },
      { additionalProperties: true },
    ),
  },
  samples: ({ pipeline, machines, quotas }) => ({
    harbinger_messages_total: pipeline.messages,
    harbinger_readings_total: pipeline.readings,
    harbinger_fields_ignored_total: pipeline.fieldsIgnored,
    harbinger_dead_letters_total: pipeline.deadLetters,
    harbinger_messages_ignored_total: pipeline.ignored,
    harbinger_machines: machines,
    harbinger_quota_refused_total: Object.entries(quotas.counts).map(([quota, value]) => ({
      value,
      labels: { quota },
    })),
  }),
  summary: ({ pipeline }) => ({ ...pipeline }),
});

/**
 * The reports of the data thread's parts. In a summary, the number of kept dead letters replaces that of those the
 * pipeline made.
 */
export const dataReports: readonly Report<DataStatus>[] = [
  pipelineReport,
  readingIdentityReport,
  fieldsReport,
  lanesReport,
  deadLettersReport,
  uplinkReport,
  refusedReport,
];
