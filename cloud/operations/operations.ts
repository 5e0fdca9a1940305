/**
 * The cloud's own durable state, in one lmdb database. One transaction applies a batch of events with its alert changes,
 * the notifications it owes and the watermark; its promise resolves when that is synced to disk.
 */
import { join } from 'node:path';
import { type HarbingerEvent, isEventOf, judgedBy } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type {
  Alert,
  AlertRules,
  AuditEntry,
  AuditLog,
  MachineState,
  NotificationQueue,
  Operations,
  Page,
  PageQuery,
  Quarantined,
  StoredDecision,
} from '../ports.ts';
import { AlertBook, isPrediction } from './alert-book.ts';
import { BoundedLog } from './bounded-log.ts';
import type { OperationsConfig } from './config.ts';
import { damagedStore, openStore, type Store } from './database.ts';
import { EventLists } from './event-lists.ts';
import { MachineTable } from './machine-table.ts';
import { StoredQueue } from './notification-queue.ts';
import { Quarantine } from './quarantine.ts';
import { WatermarkTable } from './watermark-table.ts';

export interface OperationsDeps {
  dataDir: string;
  clock: Clock;
  rules: AlertRules;
  log: Log;
}

type ChangeListener = (change: { machines: MachineState[]; alerts: Alert[] }) => void;

interface Changed {
  machines: Map<string, MachineState>;
  alerts: Map<string, Alert>;
  notifiers: Set<string>;
}

/** Opens `{dataDir}/operations`, creating it if there is none. @throws HarbingerError OPERATIONS_DAMAGED */
export function openOperations(config: OperationsConfig, deps: OperationsDeps): StoredOperations {
  const folder = join(deps.dataDir, 'operations');
  const store = openStore(folder);
  try {
    return new StoredOperations(store, config, deps);
  } catch (error) {
    throw error instanceof HarbingerError ? error : damagedStore(folder, messageOf(error));
  }
}

export class StoredOperations implements Operations {
  private readonly store: Store;
  private readonly watermarks: WatermarkTable;
  private readonly machineTable: MachineTable;
  private readonly alertBook: AlertBook;
  private readonly queue: StoredQueue;
  private readonly lists: EventLists;
  private readonly aside: Quarantine;
  private readonly auditLog: BoundedLog<AuditEntry>;
  private readonly listeners = new Set<ChangeListener>();

  constructor(store: Store, config: OperationsConfig, deps: OperationsDeps) {
    this.store = store;
    this.watermarks = new WatermarkTable(store, () => deps.clock.nowMs());
    this.machineTable = new MachineTable(store, config.machinesMax);
    this.alertBook = new AlertBook(store, {
      rules: deps.rules,
      openMax: config.alertsOpenMax,
      resolvedMax: config.alertsResolvedMax,
    });
    this.queue = new StoredQueue(store, {
      waitingMax: config.notificationsMax,
      deadMax: config.deadNotificationsMax,
      nowMs: () => deps.clock.nowMs(),
      transaction: (change) => this.transaction(change),
    });
    const onDamaged = (seq: number, error: unknown) =>
      deps.log.error({ entry: seq, error: messageOf(error) }, 'an entry of a list is damaged and left out');
    this.lists = new EventLists(store, config, onDamaged);
    const { quarantineMax: countMax, quarantineBytesMax: bytesMax } = config;
    this.aside = new Quarantine(store, { countMax, bytesMax, onDamaged });
    this.auditLog = new BoundedLog(store, 'audit', { countMax: config.auditMax, onDamaged });
    const { damaged } = this.watermarks;
    if (damaged > 0)
      deps.log.error({ watermarks: damaged }, 'watermarks are damaged; the store tells what it has already');
  }

  /** What was changed by hand, and by whom. */
  get audit(): AuditLog {
    return {
      add: (entry) => this.transaction(() => void this.auditLog.add(entry)),
      page: (query) => this.auditLog.page(query),
    };
  }

  get notifications(): NotificationQueue {
    return this.queue;
  }

  watermark(gateway: string, journal: string, lane: Lane): number {
    return this.watermarks.get(gateway, journal, lane);
  }

  async applyEvents(batch: Parameters<Operations['applyEvents']>[0]): Promise<void> {
    const changed = await this.transaction(() => {
      const changes: Changed = { machines: new Map(), alerts: new Map(), notifiers: new Set() };
      for (const event of batch.events) this.applyEvent(batch.gateway, event, changes);
      this.watermarks.advance(batch.gateway, batch.journal, 'events', batch.lastSeq);
      return changes;
    });
    this.queue.announce(changed.notifiers);
    this.emit([...changed.machines.values()], [...changed.alerts.values()]);
  }

  async applyTelemetry(batch: Parameters<Operations['applyTelemetry']>[0]): Promise<void> {
    const machines = await this.transaction(() => {
      this.watermarks.advance(batch.gateway, batch.journal, batch.lane, batch.lastSeq);
      return batch.machines.flatMap((update) => this.machineTable.observe(batch.gateway, update) ?? []);
    });
    this.emit(machines, []);
  }

  quarantine(entry: Omit<Quarantined, 'id'>, body: Buffer): Promise<void> {
    return this.transaction(() => this.aside.add(entry, body));
  }

  /** With what was kept of its body (its first 64 KiB). */
  quarantinedEntry(id: number): { entry: Quarantined; body: Buffer } | null {
    return this.aside.get(id);
  }

  removeQuarantined(id: number): Promise<void> {
    return this.transaction(() => this.aside.remove(id));
  }

  machines(): MachineState[] {
    return this.machineTable.all();
  }

  alerts(state?: Alert['state']): Alert[] {
    return this.alertBook.all(state);
  }

  /** Without decision records, which are many and have a list of their own. */
  events(query: PageQuery): Page<HarbingerEvent> {
    return this.lists.events.page(query);
  }

  decisions(query: PageQuery): Page<StoredDecision> {
    return this.lists.decisions.page(query);
  }

  /** `query.subject` is a gateway here. */
  quarantined(query: PageQuery): Page<Quarantined> {
    return this.aside.page(query);
  }

  quarantinedCount(): number {
    return this.aside.count();
  }

  onChange(listener: ChangeListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  private applyEvent(gateway: string, event: HarbingerEvent, changes: Changed): void {
    if (!this.lists.add(gateway, event)) return; // applied before
    const note = (state: MachineState | null) => {
      if (state) changes.machines.set(`${state.site}/${state.machine}`, state);
    };
    const atMs = Date.parse(event.time);
    if (isPrediction(event)) {
      const { site, machine, machineType, health, anomaly, remainingLife } = event.data;
      const source = judgedBy(event.data);
      const seen = { site, machine, machineType, health, anomaly, remainingLife, source, lastSeenMs: atMs };
      note(this.machineTable.observe(gateway, seen));
    }
    if (isEventOf(event, 'io.harbinger.machine.failed.v1')) {
      note(this.machineTable.setCondition(gateway, machineOf(event.data), 'failed', atMs));
    }
    if (isEventOf(event, 'io.harbinger.machine.replaced.v1')) {
      note(this.machineTable.setCondition(gateway, machineOf(event.data), 'running', atMs));
    }
    for (const { step, recipients } of this.alertBook.apply(gateway, event)) {
      const { alert, change, notice } = step;
      changes.alerts.set(alert.alertId, alert);
      const machine = machineOf(alert.prediction);
      note(this.machineTable.setOpenAlerts(gateway, machine, this.alertBook.openOn(gateway, machine)));
      for (const notifier of recipients) {
        if (change !== null) this.queue.enqueue({ notifier, change, event: notice }, alert.alertId);
        changes.notifiers.add(notifier);
      }
    }
  }

  private async transaction<T>(change: () => T): Promise<T> {
    try {
      return await this.store.transaction(change);
    } catch (error) {
      for (const part of [this.watermarks, this.machineTable, this.alertBook, this.queue])
        part.table.reload();
      throw error;
    }
  }

  private emit(machines: MachineState[], alerts: Alert[]): void {
    if (machines.length === 0 && alerts.length === 0) return;
    for (const listener of this.listeners) listener({ machines, alerts });
  }
}

function machineOf({ site, machine, machineType }: { site: string; machine: string; machineType: string }) {
  return { site, machine, machineType };
}
