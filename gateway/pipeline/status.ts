/** The status of the data thread. */
import type { JournalLoss } from '../../shared/contract/events.ts';
import { type Lane, lanes } from '../../shared/contract/lanes.ts';
import type { LetterAdmin } from '../deadletters/letter-admin.ts';
import type { ReadingIdentityCounts } from '../decode/identity/reading-identity.ts';
import type { Machines } from '../decode/machines/machines.ts';
import type { Lanes } from '../lanes/lanes.ts';
import type { Losses } from '../lanes/losses.ts';
import type { Journal, JournalStats } from '../ports/journal.ts';
import type { Uplink, UplinkStats } from '../uplink/uplink.ts';
import type { Pipeline, PipelineCounts } from './pipeline.ts';

export interface DeadLetterCounts {
  count: number;
  bytes: number;
  dropped: number;
  byCode: Record<string, number>;
}

export interface DataStatus {
  pipeline: PipelineCounts;
  /** Resends recognised, and times moved or refused. */
  placement: ReadingIdentityCounts;
  machines: number;
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
  estimatesDropped: number;
}

export interface StatusParts {
  pipeline: Pipeline;
  identity: { counts: ReadingIdentityCounts };
  machines: Machines;
  journals: Record<Lane, Journal>;
  /** Blocks in a lane after a seq. */
  blocksAfter(lane: Lane, seq: number): number;
  lanes: Lanes;
  losses: Losses;
  uplink: Uplink | null;
  letters: { counts(): DeadLetterCounts };
  letterAdmin: LetterAdmin;
}

export function dataStatus(parts: StatusParts): DataStatus {
  const { pipeline, identity, machines, journals, blocksAfter, losses, uplink, letters, letterAdmin } = parts;
  const backlogOf = (lane: Lane) => {
    // A cursor may be beyond the last block, if that was damaged and cut off after it had been sent.
    const confirmedSeq = journals[lane].cursor('uplink').seq;
    return { blocks: blocksAfter(lane, confirmedSeq), confirmedSeq };
  };
  return {
    pipeline: pipeline.counts,
    placement: identity.counts,
    machines: machines.count,
    journalTrouble: parts.lanes.trouble,
    journals: lanes.map((lane) => journals[lane].stats()),
    losses: losses.totals,
    backlog: Object.fromEntries(lanes.map((lane) => [lane, backlogOf(lane)])),
    uplink: uplink?.stats ?? null,
    deadLetters: letters.counts(),
    deadLettersRedriven: letterAdmin.redriven,
    estimatesDropped: parts.lanes.estimates.dropped,
  };
}
