import { isOfBadValues, silentFailureMode } from '../../shared/contract/alerts/alert-kinds.ts';
import {
  alertEventChange,
  type HarbingerEvent,
  isAlertEvent,
  isEventOf,
  judgedBy,
  type Lifecycle,
  type MachineRef,
} from '../../shared/contract/events.ts';
import type { Alert } from '../ports/alerts.ts';
import type { MachineState } from '../ports/machines.ts';
import type { Place } from '../ports/operations.ts';
import { type AlertBook, alertIdOf, isPrediction } from './alerts/alert-book.ts';
import type { AlertChanged } from './alerts/held-news.ts';
import type { OwedEndingsTable } from './alerts/owed-endings.ts';
import type { EventLists } from './event-lists.ts';
import type { FleetTables } from './fleet/fleet-tables.ts';
import type { MachineLimitsTable } from './limits/machine-limits.ts';
import type { MachineTable } from './machine-table.ts';
import type { LogTable } from './maintenance/log-table.ts';
import type { MaintenanceTable } from './maintenance/maintenance-table.ts';
import type { StoredQueue } from './notifications/notification-queue.ts';
import type { OutcomeBook } from './outcomes/outcome-book.ts';
import { isRetold, knownBy, reconcile } from './records/known-records.ts';

/** The tables that an event can change. */
export interface EventTables {
  lists: EventLists;
  machines: MachineTable;
  limits: MachineLimitsTable;
  maintenance: MaintenanceTable;
  machineLog: LogTable;
  alerts: AlertBook;
  endings: OwedEndingsTable;
  fleet: FleetTables;
  notifications: StoredQueue;
  outcomes: OutcomeBook;
}

/** The changes of one transaction. Gateways have machines, and alerts, of one name. */
export class Changes {
  /** By gateway, site and machine. */
  readonly machines = new Map<string, MachineState>();
  /** By gateway and alert id. */
  readonly alerts = new Map<string, Alert>();
  /** Notifiers with something new in their queue. */
  readonly notifiers = new Set<string>();
  /** Gateways that are owed an ending. */
  readonly owed = new Set<string>();

  machine(state: MachineState | null): void {
    if (state) this.machines.set(`${state.gateway}/${state.site}/${state.machine}`, state);
  }

  alert(alert: Alert): void {
    this.alerts.set(`${alert.gateway}/${alert.alertId}`, alert);
  }
}

/** Applies one event, once: an event that was applied before changes nothing. Call it inside a transaction. */
export function applyEvent(
  tables: EventTables,
  { gateway, place, hasTwin }: { gateway: string; place?: Place | undefined; hasTwin?: boolean },
  said: HarbingerEvent,
  changes: Changes,
): void {
  const event = underItsName(tables, gateway, said);
  // The list has changes; what an alert or a setting is now may come twice without any effect.
  const isNow = isEventOf(event, 'io.harbinger.prediction.now.v1') || isRetold(event);
  // Also if it comes again, as from a gateway that was put back to an older state.
  if (isAlertEvent(event) && alertEventChange(event) === 'resolved')
    tables.endings.settle(gateway, alertIdOf(event));
  if (!isNow && !tables.lists.add(gateway, event)) return;
  const isFailure = isEventOf(event, 'io.harbinger.machine.failed.v1');
  const before = isFailure ? tables.machines.get({ gateway, ...event.data }) : null;
  const isMeant = !isOfBefore(tables, gateway, event);
  if (isMeant && event === said) applyToMachine(tables.machines, { gateway, place }, event, changes);
  if (isMeant) applyAlertChanges(tables, gateway, tables.alerts.apply(gateway, event), changes);
  // A machine that is not taken, because it was retired or its gateway has too many, has no outcomes either.
  if (isFailure && tables.machines.has({ gateway, ...event.data }))
    tables.outcomes.failed(gateway, machineOf(event.data), Date.parse(event.time), before);
  if (isEventOf(event, 'io.harbinger.machine.maintained.v1'))
    applyMaintained(tables.machines, event, changes);
  const known = knownBy(event);
  if (known) {
    const { ended, isMeant, isOwed } = reconcile(tables, gateway, event, known, hasTwin);
    applyAlertChanges(tables, gateway, ended, changes);
    noteMachines(tables, isMeant, changes);
    if (isOwed) changes.owed.add(gateway);
  }
  if (isEventOf(event, 'io.harbinger.alert.told.v1')) tables.notifications.toldAtSite(gateway, event.data);
  if (isEventOf(event, 'io.harbinger.fleet.reported.v1'))
    tables.fleet.report(gateway, event.data, { atMs: Date.parse(event.time), place });
  if (isEventOf(event, 'io.harbinger.models.compared.v1')) tables.fleet.trials.set(gateway, event.data);
  if (isEventOf(event, 'io.harbinger.machine.limits.v1'))
    tables.limits.set(gateway, event.data, { atMs: Date.parse(event.time), place });
  if (isEventOf(event, 'io.harbinger.machine.maintenance.v1')) {
    const isMeant = tables.maintenance.set(gateway, event.data, { saidMs: Date.parse(event.time), place });
    noteMachines(tables, isMeant, changes);
  }
}

/** An alert goes with its machine that was renamed, as long as nothing comes under the name by which the gateway knows it. */
function underItsName({ alerts, machines }: EventTables, gateway: string, event: HarbingerEvent) {
  if (!isPrediction(event) || machines.has({ gateway, ...event.data })) return event;
  const known = alerts.openAbout(gateway, event.data.predictionId);
  if (!known) return event;
  const { site, machine } = known;
  if (site === event.data.site && machine === event.data.machine) return event;
  return { ...event, subject: `${site}/${machine}`, data: { ...event.data, site, machine } };
}

/** True for news of a machine that was taken out of the list which do not show that it is in use again. */
function isOfBefore({ machines }: EventTables, gateway: string, event: HarbingerEvent): boolean {
  if (!isPrediction(event)) return false;
  const { failureMode } = event.data;
  const isOver = isAlertEvent(event) && alertEventChange(event) === 'resolved';
  // Nor does its silence, which is noticed long after it was heard.
  const saidMs =
    isOver || failureMode === silentFailureMode ? Number.NEGATIVE_INFINITY : Date.parse(event.time);
  return machines.isHidden(gateway, event.data, saidMs);
}

function noteMachines(
  { machines }: EventTables,
  isMeant: ((name: MachineState) => boolean) | null,
  changes: Changes,
): void {
  if (isMeant) for (const state of machines.all()) if (isMeant(state)) changes.machine(state);
}

function applyToMachine(
  machines: MachineTable,
  { gateway, place }: { gateway: string; place: Place | undefined },
  event: HarbingerEvent,
  changes: Changes,
): void {
  const atMs = Date.parse(event.time);
  if (isPrediction(event) && isAlertEvent(event)) {
    const { site, machine, machineType, health, anomaly, remainingLife, outcome } = event.data;
    // An alert that a person or a replacement has ended carries the estimate of before, dated by the clock of its gateway.
    const isJudged = outcome === undefined;
    const estimate = isJudged ? { health, anomaly, remainingLife, source: judgedBy(event.data) } : {};
    changes.machine(
      machines.observe(gateway, { site, machine, machineType, ...estimate, lastSeenMs: atMs }, false),
    );
  }
  const isOver = isAlertEvent(event) && alertEventChange(event) === 'resolved';
  if (isPrediction(event) && !isOver && isOfBadValues(event.data.failureMode))
    changes.machine(machines.noteBadValues({ gateway, ...machineOf(event.data) }));
  const condition = conditionIn(event);
  if (!condition) return;
  // Times that a person reports say what happened last; those of the arrival only what the gateway's clock said.
  const said = { atMs, place: condition.data.isByArrival ? place : undefined };
  changes.machine(machines.setCondition(gateway, machineOf(condition.data), condition.is, said));
}

/** A machine that was replaced is another one, and what was estimated of it before says nothing of that. */
function applyMaintained(
  machines: MachineTable,
  { data, time }: HarbingerEvent<'io.harbinger.machine.maintained.v1'>,
  changes: Changes,
): void {
  if (data.kind !== 'replaced' || !machines.has(data)) return;
  const said = { atMs: Date.parse(time) };
  changes.machine(machines.setCondition(data.gateway, machineOf(data), 'running', said));
}

function conditionIn(event: HarbingerEvent): { is: MachineState['condition']; data: Lifecycle } | null {
  if (isEventOf(event, 'io.harbinger.machine.failed.v1')) return { is: 'failed', data: event.data };
  if (isEventOf(event, 'io.harbinger.machine.replaced.v1')) return { is: 'running', data: event.data };
  return null;
}

/** Owes the notifications of changed alerts, and counts the open ones of their machines. Call it inside a transaction. */
export function applyAlertChanges(
  tables: EventTables,
  gateway: string,
  changed: readonly AlertChanged[],
  changes: Changes,
): void {
  for (const { step, recipients, left } of changed) {
    const { alert, change, notice } = step;
    changes.alert(alert);
    tables.outcomes.note(alert);
    // An alert that has become worse since it was closed is open again, and its gateway goes on with it.
    if (alert.state === 'open') tables.endings.settle(gateway, alert.alertId);
    const { site, machine } = 'prediction' in alert ? alert.prediction : {};
    const about = site !== undefined && machine !== undefined ? [{ gateway, site, machine }] : [];
    for (const name of left ? [...about, left] : about)
      changes.machine(tables.machines.setOpenAlerts(name, tables.alerts.openOn(gateway, name)));
    if (change === 'resolved')
      tables.notifications.ended({ gateway, alertId: alert.alertId, at: alert.updatedAt }, recipients);
    for (const notifier of recipients) {
      if (change !== null) tables.notifications.enqueue({ notifier, change, event: notice }, alert.alertId);
      changes.notifiers.add(notifier);
    }
  }
}

/** Only the keys of a reference, where `data` has more. */
function machineOf({ site, machine, machineType }: MachineRef): MachineRef {
  return { site, machine, machineType };
}
