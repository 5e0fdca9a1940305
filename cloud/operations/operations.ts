/**
 * The cloud's own durable state (cloud/operations), in one lmdb database: machines, alerts, notifications owed,
 * events, quarantine, audit, and how far each gateway's journal has been stored. One transaction applies a batch of
 * events with its alert changes and the notifications it owes; its promise resolves when that is synced to disk.
 * This file offers one port for each concern (see ../ports). Tables are changed only inside `transaction`, which restores
 * their copies in memory when a change fails.
 */
import { join } from 'node:path';
import { DropNotes } from '../../shared/bounds/drop-notes.ts';
import { QuotaRefusals } from '../../shared/bounds/quota-refusals.ts';
import type { KeptConditions } from '../../shared/conditions/open-conditions.ts';
import { type HarbingerEvent, isAlertEvent } from '../../shared/contract/events.ts';
import type { NotificationQueue } from '../../shared/notifications/queue.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import type { AlertClosing, AlertDeeds, AlertStates, OwedEndings } from '../ports/alerts.ts';
import type { AuditEntry, AuditLog } from '../ports/audit.ts';
import type { ContactStore } from '../ports/contacts/contacts.ts';
import type { FleetStore } from '../ports/fleet/fleet.ts';
import type { DecisionHistory, EventHistory } from '../ports/history.ts';
import type { MachineLog } from '../ports/machine-log/machine-log.ts';
import type { MachineLimits, MachineStates, MaintenanceSpans } from '../ports/machines.ts';
import type { DeadNotifications } from '../ports/notifications.ts';
import type { ChangeFeed, EventApplier, StateChange, StoredBatch, Watermarks } from '../ports/operations.ts';
import type { Outcomes, OutcomeWords } from '../ports/outcomes/outcomes.ts';
import type { RecordRetention } from '../ports/retention/record-retention.ts';
import type { RetiredMachines } from '../ports/retired/retired.ts';
import { AlertBook, alertIdOf } from './alerts/alert-book.ts';
import { keptConditions } from './alerts/kept-conditions.ts';
import { OwedEndingsTable } from './alerts/owed-endings.ts';
import { applyEvent, Changes, type EventTables } from './apply-event.ts';
import { BoundedLog } from './bounded-log.ts';
import { byHand } from './by-hand/by-hand.ts';
import type { OperationsConfig } from './config.ts';
import { keptContacts } from './contacts/kept-contacts.ts';
import { damagedStore, openStore, type Store } from './database.ts';
import type { OperationsDeps } from './deps.ts';
import { EventLists } from './event-lists.ts';
import { FleetTables } from './fleet/fleet-tables.ts';
import { claimFormat } from './format/format.ts';
import { MachineLimitsTable } from './limits/machine-limits.ts';
import { MachineTable } from './machine-table.ts';
import { LogTable } from './maintenance/log-table.ts';
import { MaintenanceTable } from './maintenance/maintenance-table.ts';
import { StoredQueue } from './notifications/notification-queue.ts';
import { deadDroppedText, digestText } from './notifications/texts.ts';
import { OutcomeBook } from './outcomes/outcome-book.ts';
import { outcomeWords } from './outcomes/outcome-words.ts';
import { takeOverOutcomes } from './outcomes/take-over.ts';
import { Quarantine } from './quarantine/quarantine.ts';
import { QuarantineList } from './quarantine/quarantine-list.ts';
import { type GatewayQuota, quotaTexts } from './quota-report.ts';
import { RecordAges } from './record-ages.ts';
import { RetiredTable, sayReturned } from './retired/retired-table.ts';
import { Retirement } from './retired/retirement.ts';
import { WatermarkTable } from './watermark-table.ts';

/** Opens `{dataDir}/operations`, creating it if there is none. @throws HarbingerError OPERATIONS_DAMAGED, OPERATIONS_VERSION */
export function openOperations(config: OperationsConfig, deps: OperationsDeps): StoredOperations {
  const folder = join(deps.dataDir, 'operations');
  const store = openStore(folder, deps.failed);
  try {
    claimFormat(store, folder);
    return new StoredOperations(store, config, deps);
  } catch (error) {
    throw error instanceof HarbingerError ? error : damagedStore(folder, messageOf(error));
  }
}

export class StoredOperations {
  readonly watermarks: Watermarks;
  readonly events: EventApplier & EventHistory;
  readonly decisions: DecisionHistory;
  readonly machines: MachineStates;
  readonly machineLimits: MachineLimits;
  readonly maintenance: MaintenanceSpans;
  readonly machineLog: MachineLog;
  readonly alerts: AlertStates;
  readonly closing: AlertClosing;
  readonly working: AlertDeeds;
  readonly endings: OwedEndings;
  readonly outcomes: Outcomes & OutcomeWords;
  readonly notifications: NotificationQueue & DeadNotifications;
  readonly quarantine: Quarantine;
  readonly audit: AuditLog;
  readonly changes: ChangeFeed;
  readonly contacts: ContactStore;
  readonly conditions: KeptConditions;
  readonly fleet: FleetStore;
  readonly retired: RetiredMachines;
  readonly retirement: Retirement;
  /** Deletes by age what is not open or owed. */
  readonly records: RecordRetention;
  /** Refusals of what gateways have enough of already. */
  readonly quotas: QuotaRefusals<GatewayQuota>;
  /** Set by the rooms that know it: when a gateway came back after it was lost, and whether two of a name are connected. */
  gatewayBackMs: (gateway: string) => number | null = () => null;
  hasTwin: (gateway: string) => boolean = () => false;
  private readonly store: Store;
  private readonly quarantineList: QuarantineList;
  private readonly deadNotes: DropNotes<'count'>;
  private readonly tables: EventTables & { watermarks: WatermarkTable; retired: RetiredTable };
  private readonly listeners = new Set<(change: StateChange) => void>();

  constructor(store: Store, config: OperationsConfig, deps: OperationsDeps) {
    const { clock, log } = deps;
    const onDamaged = (seq: number, error: unknown) =>
      log.error({ entry: seq, error: messageOf(error) }, 'an entry of a list is damaged and left out');
    this.store = store;
    this.quotas = new QuotaRefusals(quotaTexts, clock, log);
    this.deadNotes = new DropNotes(clock, log, { count: deadDroppedText });
    const watermarks = new WatermarkTable(store, () => clock.nowMs());
    const retired = new RetiredTable(store, config.retiredMax);
    const machines = new MachineTable(store, {
      machinesMax: config.machinesMax,
      nowMs: () => clock.nowMs(),
      backMs: (gateway) => this.gatewayBackMs(gateway),
      isRetired: (name, seenMs) => retired.hides(name, seenMs),
      returned: (name) => sayReturned(retired, name, log),
      openAlerts: (name) => alerts.openOn(name.gateway, name),
      refused: (gateway) => this.quotas.note('machines', gateway),
    });
    const limits = new MachineLimitsTable(store, config.machinesMax);
    const maintenance = new MaintenanceTable(store, () => clock.nowMs());
    const transaction = <T>(change: () => T) => this.transaction(change);
    const ages = new RecordAges(store, config, { clock, transaction });
    const { stampMs } = ages;
    const alerts = new AlertBook(store, {
      ...{ stampMs, nowMs: () => clock.nowMs(), rules: deps.rules },
      openMax: config.alertsOpenMax,
      resolvedMax: config.alertsResolvedMax,
      forgotten: (gateway) => this.quotas.note('alerts', gateway),
      endForgotten: (gateway) => this.quotas.note('alert-ends', gateway),
    });
    const notifications = new StoredQueue(store, {
      waitingMax: config.notificationsMax,
      deadMax: config.deadNotificationsMax,
      membersMax: config.alertsOpenMax,
      nowMs: () => clock.nowMs(),
      transaction,
      stampMs,
      groupOf: (notifier) => deps.rules.groupOf(notifier),
      isForPeople: (notifier) => deps.rules.isForPeople?.(notifier) === true,
      alertOf: (gateway, alertId) => alerts.get(gateway, alertId),
      digestBegun: (notifier) => log.warn({ notifier, waitingMax: config.notificationsMax }, digestText),
      deadDropped: () => this.deadNotes.note(new Map([['count', { count: 1, bytes: 0 }]]), null),
    });
    const isNeeded = (event: HarbingerEvent, gateway: string) =>
      isAlertEvent(event) && alerts.get(gateway, alertIdOf(event))?.state === 'open';
    const lists = new EventLists(store, config, { onDamaged, stampMs, isNeeded });
    const endings = new OwedEndingsTable(store);
    const fleet = new FleetTables(store);
    const outcomes = new OutcomeBook(store, {
      outcomesMax: config.outcomesMax,
      ...{ stampMs, nowMs: () => clock.nowMs() },
      decisionOf: lists.decisionOf.bind(lists),
    });
    const machineLog = new LogTable(store);
    const raised = { alerts, endings, notifications, outcomes, fleet, machineLog };
    this.tables = { watermarks, machines, limits, maintenance, ...raised, lists, retired };
    const { quarantineMax: countMax, quarantineBytesMax: bytesMax } = config;
    const ofList = { onDamaged, stampMs };
    this.quarantineList = new QuarantineList(store, { countMax, bytesMax, ...ofList });
    const audit = new BoundedLog<AuditEntry>(store, 'audit', { countMax: config.auditMax, ...ofList });

    this.watermarks = {
      get: (gateway, journal, lane) => {
        store.check();
        return watermarks.get(gateway, journal, lane);
      },
      isStored: (gateway, journal, lane, seq) => {
        store.check();
        return watermarks.isStored(gateway, journal, lane, seq);
      },
      advance: (batch) => this.advance(batch),
    };
    this.events = {
      apply: (...batch) => this.apply(...batch),
      page: (query) => lists.events.page(query),
    };
    this.decisions = lists.history();
    this.machines = machines;
    this.machineLimits = limits;
    this.maintenance = maintenance;
    this.alerts = alerts;
    this.endings = endings;
    const changing = {
      ...{ tables: this.tables, nowMs: () => clock.nowMs(), transaction },
      emit: (change: StateChange) => this.emit(change),
    };
    const { rules } = deps;
    ({
      closing: this.closing,
      working: this.working,
      machineLog: this.machineLog,
    } = byHand({ ...changing, rules }));
    this.outcomes = Object.assign(outcomeWords(changing), {
      all: () => outcomes.all(),
      of: outcomes.of.bind(outcomes),
    });
    this.notifications = notifications;
    this.fleet = fleet.storeOf(transaction);
    this.retired = retired;
    this.retirement = new Retirement({ ...changing, groupOf: (notifier) => rules.groupOf(notifier) });
    this.quarantine = new Quarantine(this.quarantineList, { transaction, clock, log });
    ages.watch({
      alertsResolved: alerts,
      audit,
      deadNotifications: notifications.deadLetters,
      decisions: lists.decisions,
      events: lists.events,
      outcomes,
      quarantine: this.quarantine,
    });
    this.records = ages;
    this.audit = {
      add: (entry) => this.transaction(() => void audit.add(entry)),
      page: (query) => audit.page(query),
    };
    this.contacts = keptContacts(store, transaction);
    this.conditions = keptConditions(store, alerts, transaction);
    this.changes = {
      onChange: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
    const takeOver = takeOverOutcomes(store, this.tables);
    // The next start notes what cannot be noted now.
    if (takeOver) transaction(takeOver).catch(() => {});
    if (watermarks.damaged > 0) {
      log.error(
        { watermarks: watermarks.damaged },
        'watermarks are damaged: gateways send their backlog again, and the store keeps one copy of it',
      );
    }
  }

  /** When the latest batch of each gateway was stored, in ms since 1970. */
  latestBatchMs(): Map<string, number> {
    return this.tables.watermarks.latestMs();
  }

  /** Why no change is accepted at the moment; null while they are. */
  get trouble(): string | null {
    return this.store.trouble;
  }

  /** Copies the database, as of one moment, into a folder that does not exist. @throws HarbingerError; system errors */
  copyTo(folder: string): Promise<void> {
    return this.store.copyTo(folder);
  }

  async close(): Promise<void> {
    this.quarantine.stop();
    this.deadNotes.stop();
    await this.store.close();
  }

  private async apply(...[gateway, events, place]: Parameters<EventApplier['apply']>): Promise<void> {
    const changed = await this.transaction(() => {
      const changes = new Changes();
      const hasTwin = this.hasTwin(gateway);
      for (const event of events) applyEvent(this.tables, { gateway, place, hasTwin }, event, changes);
      return changes;
    });
    this.tables.notifications.announce(changed.notifiers);
    this.tables.endings.announce(changed.owed);
    this.emit({ machines: [...changed.machines.values()], alerts: [...changed.alerts.values()] });
  }

  private async advance(batch: StoredBatch): Promise<void> {
    const { gateway, journal, lane, firstSeq, lastSeq, place } = batch;
    const machines = await this.transaction(() => {
      this.tables.watermarks.advance(gateway, journal, lane, { firstSeq, lastSeq });
      return batch.machines.flatMap((each) => this.tables.machines.observe(gateway, each, true, place) ?? []);
    });
    this.emit({ machines, alerts: [] });
  }

  private async transaction<T>(change: () => T): Promise<T> {
    try {
      return await this.store.transaction(change);
    } catch (error) {
      this.store.check(); // after a failed write nothing can be read again
      const { watermarks, ...others } = this.tables;
      watermarks.table.reload();
      for (const each of Object.values(others)) each.reload();
      this.quarantineList.reload();
      throw error;
    }
  }

  private emit(change: StateChange): void {
    if (change.machines.length === 0 && change.alerts.length === 0 && !change.isLess) return;
    for (const listener of this.listeners) listener(change);
  }
}
