/** What crosses between the main thread and the data thread. Both sides are of one build: no checks here. */
import type { HarbingerEvent, JournalLoss } from '../shared/contract/events.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import type { WireError } from '../shared/runtime/wire-error.ts';
import type { GatewayConfig } from './config.ts';
import type { ReadingIdentityCounts } from './decode/reading-identity.ts';
import type { SlabNote } from './intake/slab.ts';
import type { PipelineCounts } from './pipeline.ts';
import type { DeadLetter } from './ports/dead-letters.ts';
import type { JournalStats } from './ports/journal.ts';
import type { ColumnBatch, LifecycleNotice } from './ports/watch.ts';
import type { UplinkStats } from './uplink/uplink.ts';

export interface DataThreadInit {
  config: GatewayConfig;
  types: Map<string, MachineType>;
}

export interface DeadLetterCounts {
  count: number;
  bytes: number;
  dropped: number;
  byCode: Record<string, number>;
}

export interface DataStatus {
  pipeline: PipelineCounts;
  placement: ReadingIdentityCounts;
  machines: number;
  /** Why the journal cannot be written at the moment, so that senders wait; null while it can. */
  journalTrouble: string | null;
  journals: JournalStats[];
  /** What was lost since the start, one sum for each lane and cause. */
  losses: JournalLoss[];
  /** By lane: blocks not yet confirmed by the cloud, and the last seq that was. */
  backlog: Record<string, { blocks: number; confirmedSeq: number }>;
  uplink: UplinkStats | null;
  deadLetters: DeadLetterCounts;
  /** Since the start. */
  deadLettersRedriven: number;
  estimatesDropped: number;
}

/** What the main thread may ask; each answers with a value or an error. */
export interface DataCalls {
  status(): Promise<DataStatus>;
  event(event: HarbingerEvent): Promise<void>;
  deadLettersList(query: { limit: number; beforeId?: number }): Promise<DeadLetter[]>;
  deadLettersShow(id: number): Promise<DeadLetter | null>;
  /** Puts letters through the pipeline again; those that fail again come back as new letters. */
  deadLettersRedrive(which: number[] | 'all'): Promise<{ redriven: number }>;
  deadLettersDrop(which: number[] | 'all'): Promise<{ dropped: number }>;
  /** What is older than its configured age goes. */
  retain(): Promise<{ deadLettersDropped: number }>;
  stop(): Promise<void>;
}

export type ToData =
  | { kind: 'slab'; slab: SlabNote }
  | { kind: 'estimates'; lines: string[] }
  | { kind: 'call'; id: number; method: keyof DataCalls; args: unknown[] };

export type FromData =
  | { kind: 'ready' }
  | { kind: 'fatal'; error: WireError }
  | { kind: 'settled'; id: number; error: WireError | null; columns: ColumnBatch[] }
  | { kind: 'columns'; columns: ColumnBatch[] }
  | { kind: 'lifecycle'; notice: LifecycleNotice }
  | { kind: 'result'; id: number; value: unknown; error: WireError | null };
