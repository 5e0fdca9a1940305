/**
 * The interfaces between the cloud's parts, on one screen. Parts import this file and shared/, never each other;
 * cloud.ts puts them together.
 *
 * A batch's way: listener → ingest (check, de-duplicate) → ReadingStore (and, for events, Operations) → PUBACK.
 */
import type { BatchBlock } from '../shared/contract/batch.ts';
import type { DecisionRecord, HarbingerEvent, JudgedBy, Prediction } from '../shared/contract/events.ts';
import type { Lane } from '../shared/contract/lanes.ts';

/** Line protocol of whole consecutive blocks. Events too have been turned into lines (measurement `event`). */
export interface StoreBatch {
  gateway: string;
  journal: string;
  lane: Lane;
  blocks: BatchBlock[];
  /** Decoded text; block i is the next `blocks[i].bytes` bytes. */
  raw: Buffer;
  /** The same text gzipped, where the batch came so: a store that takes gzip passes it on as it is. */
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
 * the caller tries the whole batch again later.
 */
export interface ReadingStore {
  readonly kind: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  write(batch: StoreBatch, signal: AbortSignal): Promise<StoreOutcome>;
  /** Whether the store answers now. */
  healthy(): Promise<boolean>;
  /** Down-sampled (mean per bucket) or raw values of one machine, ascending in time. */
  series(query: SeriesQuery): Promise<SeriesPoint[]>;
  /** Lines held, per measurement; for status displays and tests. May be costly. */
  counts(): Promise<Record<string, number>>;
  /** Read-only SQL, only where the store has it. */
  sql?(query: SqlQuery): Promise<SqlResult>;
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

export interface SqlQuery {
  sql: string;
  rowsMax: number;
  timeoutMs: number;
}

export interface SqlResult {
  columns: string[];
  rows: unknown[][];
  truncated: boolean;
}

/** Current state of one machine, from its estimates and events. */
export interface MachineState {
  gateway: string;
  site: string;
  machine: string;
  machineType: string;
  lastSeenMs: number;
  health: number | null;
  anomaly: number | null;
  remainingLife: { p10: number; p50: number; p90: number; unit: string } | null;
  source: JudgedBy | null;
  /** From lifecycle events. */
  condition: 'running' | 'failed';
  openAlerts: number;
}

export interface Alert {
  /** The prediction's id. */
  alertId: string;
  gateway: string;
  state: 'open' | 'resolved';
  openedAt: string;
  updatedAt: string;
  resolvedAt: string | null;
  prediction: Prediction;
}

export type AlertChange = 'opened' | 'updated' | 'resolved';

/** A notification due: one change of one alert to one notifier. Its key makes a repeat recognisable. */
export interface Notification {
  /** `{alertId}/{change}/{eventId}/{notifier}`: unique, and the idempotency key receivers see. */
  key: string;
  notifier: string;
  change: AlertChange;
  event: HarbingerEvent;
  attempts: number;
  nextAttemptMs: number;
  lastError: string | null;
}

/** Tells somebody. Resolves when the receiver confirmed; throws HarbingerError, `retry` saying whether to try again. */
export interface Notifier {
  readonly name: string;
  notify(notification: Notification, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** What one event does to one alert. */
export interface AlertStep {
  alert: Alert;
  /** Null: nothing that anybody must be told. */
  change: AlertChange | null;
  /** What receivers get. */
  notice: HarbingerEvent;
}

/** Decides about alerts (pure); Operations applies it, so that state and notifications owed change together. */
export interface AlertRules {
  transition(current: Alert | null, event: HarbingerEvent): AlertStep | null;
  /** Names of the notifiers that must hear of a change. `told`: those that heard of this alert before. */
  recipients(step: AlertStep & { change: AlertChange }, told: readonly string[]): string[];
}

/** A notification that its receiver refused for good, or never confirmed. */
export interface DeadNotification {
  notification: Notification;
  atMs: number;
  reason: string;
}

/** Notifications owed, durable and bounded. Per notifier first in, first out; one alert's are never overtaken. */
export interface NotificationQueue {
  /** What to send to `notifier` now; if nothing is due, when something will be (null: nothing waits). */
  next(notifier: string, nowMs: number): { due: Notification } | { due: null; atMs: number | null };
  /** Its receiver has it: it is never sent again. */
  confirm(notification: Notification): Promise<void>;
  retryAt(notification: Notification, atMs: number, reason: string): Promise<void>;
  bury(notification: Notification, reason: string): Promise<void>;
  dead(query: PageQuery): Page<DeadNotification>;
  /** Puts a dead one back in the queue with its attempts at zero. False if there is none with this key. */
  redrive(key: string): Promise<boolean>;
  /** Names with something waiting, and how much. */
  waiting(): Map<string, number>;
  deadCount(): number;
  onQueued(listener: (notifier: string) => void): () => void;
}

export interface StoredDecision extends DecisionRecord {
  gateway: string;
  at: string;
}

export interface Page<T> {
  items: T[];
  /** Pass as `before` for older ones; null at the end. */
  next: string | null;
}

export interface PageQuery {
  limit: number;
  before?: string;
  /** site/machine. */
  subject?: string;
}

/** A batch (or lines of one) that can never be stored. */
export interface Quarantined {
  id: number;
  atMs: number;
  gateway: string;
  lane: string;
  code: string;
  reason: string;
  bytes: number;
}

/** A change that somebody asked for by hand: once when it was asked for, once when it was done. */
export interface AuditEntry {
  atMs: number;
  /** E.g. `quarantine.redrive`. */
  action: string;
  subject: string;
  /** What let the caller in. */
  by: 'token' | 'session' | 'loopback';
  address: string;
  /** Null while it is only asked for. */
  outcome: string | null;
}

export interface AuditLog {
  /** Durable when resolved. */
  add(entry: AuditEntry): Promise<void>;
  page(query: PageQuery): Page<AuditEntry>;
}

/**
 * The cloud's own durable state (lmdb): what is current, what is owed, and how far each gateway has come. One
 * transaction applies a batch of events with its alert changes, the notifications it owes, and the watermark.
 */
export interface Operations {
  /** Highest block stored of a journal's lane; 0 if none. An optimisation for telemetry, the truth for events. */
  watermark(gateway: string, journal: string, lane: Lane): number;
  /** Applies events (idempotent by source + id) and moves the watermark, atomically and durably. */
  applyEvents(batch: {
    gateway: string;
    journal: string;
    lastSeq: number;
    events: HarbingerEvent[];
  }): Promise<void>;
  /** Moves a telemetry lane's watermark after the store confirmed, with the machines' newest state. */
  applyTelemetry(batch: {
    gateway: string;
    journal: string;
    lane: Lane;
    lastSeq: number;
    machines: Partial<MachineState>[];
  }): Promise<void>;
  quarantine(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void>;
  machines(): MachineState[];
  alerts(state?: Alert['state']): Alert[];
  events(query: PageQuery): Page<HarbingerEvent>;
  decisions(query: PageQuery): Page<StoredDecision>;
  quarantined(query: PageQuery): Page<Quarantined>;
  /** Calls back after each applied change: for server-sent events. Returns how to stop. */
  onChange(listener: (change: { machines: MachineState[]; alerts: Alert[] }) => void): () => void;
}
