/**
 * The interface of telemetry stores, to which the sink writes and from which the API reads. Implementations are in
 * store/.
 */
import type { BatchBlock } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { partOf } from '../../shared/parts/part.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { HeldFiles } from './backup/backup.ts';
import type { StoreRetention } from './retention/store-retention.ts';
import type { MachineSpan } from './retired/retired.ts';

/** Line protocol of whole consecutive blocks. Events too have been turned into lines (measurement `event`). */
export interface StoreBatch {
  gateway: string;
  journal: string;
  lane: Lane;
  blocks: BatchBlock[];
  /** Decoded text; block i is the next `blocks[i].bytes` bytes. */
  raw: Buffer;
  /** The same text gzipped, if the gateway sent it gzipped: a store that accepts gzip can pass it on unchanged. */
  gzipped: Buffer | null;
}

export interface RejectedLine {
  line: string;
  reason: string;
}

export interface StoreOutcome {
  /** Lines that can never be stored, with the store's reason. Everything else in the batch is durable. */
  rejected: RejectedLine[];
}

/**
 * The telemetry store. Writing the same blocks again leaves one copy. `write` resolves when everything acceptable is
 * durable; it throws HarbingerError with `retry: true` (STORE_UNAVAILABLE) when the store is down, slow or full, and
 * the caller retries the whole batch later.
 */
export interface ReadingStore extends Partial<Reporting> {
  readonly kind: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome>;
  /** Whether the store answers at present. */
  healthy(): Promise<boolean>;
  /** Down-sampled (mean per bucket) or raw values of one machine, ascending in time. */
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  /**
   * The texts of one machine's fields, ascending in time, by field; of more than `pointsMax` the last of each bucket. Fields
   * without one are left out.
   */
  texts(query: TextQuery): Promise<Record<string, TextPoint[]>>;
  /** Number of stored lines per measurement, for status displays and tests. May be costly. */
  counts(): Promise<Record<string, number>>;
  /** Runs read-only SQL; absent if the store has no SQL. */
  sql?(query: SqlQuery): Promise<SqlResult>;
  /** Absent if the store has no columns that an operator could free. */
  readonly columns?: ColumnAdmin;
  /** Absent if the store has no means of deleting what is old. */
  readonly retention?: StoreRetention;
  /**
   * Deletes what is stored of a machine, everything or that of a time, in pieces, until it is done or `signal` aborts.
   * @throws HarbingerError STORE_NO_DELETE; STORE_UNAVAILABLE, STORE_BUSY (retry); what was deleted before stays deleted
   */
  deleteMachine(span: MachineSpan, signal: AbortSignal): Promise<DeletedRows>;
  /** Keeps its files as they are until they are released. Absent if the store is backed up by means of its own. */
  holdForBackup?(): Promise<HeldFiles>;
}

export interface DeletedRows {
  /** Null if the store does not say how many. */
  rows: number | null;
  /** False if there was no time for all. */
  isComplete: boolean;
}

export interface SeriesQuery {
  measurement: string;
  /** All gateways' if absent. */
  gateway?: string;
  site: string;
  machine: string;
  /** All fields if absent. */
  fields?: string[];
  fromMs: number;
  toMs: number;
  pointsMax: number;
}

export interface SeriesPoint {
  timeMs: number;
  values: Record<string, number | null>;
}

export interface TextQuery extends SeriesQuery {
  /** Only fields whose names end so. */
  endsWith?: string;
  /** How many fields are read where `fields` names none. */
  fieldsMax: number;
}

export interface TextPoint {
  timeMs: number;
  text: string;
}

export interface SqlQuery {
  sql: string;
  rowsMax: number;
  timeoutMs: number;
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

export interface SqlResult {
  columns: string[];
  rows: unknown[][];
  truncated: boolean;
}

/** A column that the store has made for a field or a tag. */
export interface StoredColumn {
  measurement: string;
  /** Its name in SQL. */
  name: string;
  /** The name of the field or tag. */
  key: string;
  kind: 'field' | 'tag';
  type: string;
  /** The line for which it was made; null if an earlier version has made it. */
  creator: { gateway: string; site: string; machine: string } | null;
  /** Time of its latest value in ms since 1970; null if it has none, or it would take long to find out. */
  lastMs: number | null;
}

export interface FreedColumns {
  /** Names of the columns that are free now; their values can be queried elsewhere. */
  freed: string[];
  /** Names that were not reached within the time limit of one request. */
  left: string[];
}

export interface ColumnAdmin {
  list(): Promise<StoredColumn[]>;
  /**
   * Frees columns of a measurement, a few in a transaction; with `all` its table too, in the last one.
   * @throws HarbingerError COLUMN_UNKNOWN, and nothing is freed; STORE_BUSY, STORE_UNAVAILABLE (retry)
   */
  free(measurement: string, names: readonly string[] | 'all'): Promise<FreedColumns>;
}

export interface StoreDeps {
  /** The cloud's data folder: a store that keeps its data on this computer keeps it there. */
  dataDir: string;
  clock: Clock;
  log: Log;
}

export const storePart = partOf<StoreDeps, ReadingStore>();
