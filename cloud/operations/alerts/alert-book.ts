/**
 * Alerts (cloud/operations/alerts): all open ones and the latest resolved ones, here; and what receivers were told of
 * open ones beyond the limit (told-alerts.ts), so that they are told their end. alert-rows.ts keeps both. Rules and
 * delivery are in cloud/alerts.
 */
import { Shares } from '../../../shared/bounds/shares.ts';
import { alertSaid, contentOf, isAboutMachine } from '../../../shared/contract/alert-content.ts';
import {
  type AlertEvent,
  type HarbingerEvent,
  isAlertEvent,
  isEventOf,
  type MachineRef,
  type Prediction,
} from '../../../shared/contract/events.ts';
import type { AlertChange } from '../../../shared/notifiers/notifier.ts';
import type { Alert, AlertRules, ConditionAlert, MachineAlert } from '../../ports/alerts.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import type { Store } from '../database.ts';
import type { AddedBefore, AgedList } from '../record-ages.ts';
import { AlertRows, type Row, rowKey } from './alert-rows.ts';
import { type AlertChanged, HeldNews } from './held-news.ts';
import { ToldAlerts } from './told-alerts.ts';

/** For each open alert that is kept, so many more are remembered by what their receivers know. */
const toldFactor = 4;
/** Above a limit so many alerts are removed at once, because it takes time to find out which. */
const removedPart = 0.01;

export interface AlertBookOptions {
  rules: AlertRules;
  openMax: number;
  resolvedMax: number;
  nowMs(): number;
  /** The time of a change that is made now. */
  stampMs?(): number;
  /** Called for each open alert that is not kept, because its gateway has most of too many. */
  forgotten?(gateway: string): void;
  /** Called for each of these whose end will not be told either. */
  endForgotten?(gateway: string): void;
}

/** Change it only inside a transaction. */
export class AlertBook implements AgedList {
  readonly table: AlertRows;
  private readonly told: ToldAlerts;
  private readonly options: AlertBookOptions;
  private readonly held: HeldNews;

  constructor(store: Store, options: AlertBookOptions) {
    this.table = new AlertRows(store, 'alerts');
    this.told = new ToldAlerts(store, toldFactor * options.openMax, options.endForgotten);
    this.options = options;
    this.held = new HeldNews(options.rules, options.nowMs);
  }

  /** After a failed transaction. */
  reload(): void {
    this.table.reload();
    this.told.table.reload();
  }

  all(state?: Alert['state']): Alert[] {
    const alerts = [...this.table.values()].map((row) => row.alert);
    return state === undefined ? alerts : alerts.filter((alert) => alert.state === state);
  }

  get(gateway: string, alertId: string): Alert | undefined {
    return this.table.get(rowKey(gateway, alertId))?.alert;
  }

  /** Resolved alerts only: open ones have no age. */
  *old({ beforeMs, unstampedMs }: AddedBefore): Generator<() => void> {
    for (const [key, { alert, changedMs = unstampedMs }] of [...this.table.entries()])
      if (alert.state === 'resolved' && changedMs < beforeMs) yield () => this.table.remove(key);
  }

  /** The machine that an open alert is about, by the name that it has here; null if there is no such alert. */
  openAbout(gateway: string, alertId: string): MachineRef | null {
    const alert = this.find(rowKey(gateway, alertId))?.alert;
    return alert?.state === 'open' && 'prediction' in alert ? alert.prediction : null;
  }

  /** Open alerts of one machine that are kept. */
  openOf(gateway: string, { site, machine }: { site: string; machine: string }): Alert[] {
    return this.table.openOf({ gateway, site, machine }).map(({ alert }) => alert);
  }

  /** How many these are. */
  openOn(gateway: string, { site, machine }: { site: string; machine: string }): number {
    return this.table.openCountOf({ gateway, site, machine });
  }

  apply(gateway: string, event: HarbingerEvent): AlertChanged[] {
    const changed = this.concerned(gateway, event).flatMap((row) => this.applyTo(gateway, row, event) ?? []);
    if (changed.length > 0) this.evict();
    return changed;
  }

  /** Resolves the open alerts of a machine that is retired, each by its own event. */
  retire(name: MachineName, eventOf: (alert: MachineAlert) => HarbingerEvent): AlertChanged[] {
    return this.openRows(name.gateway, name).flatMap((row) =>
      this.retireRow(name.gateway, row, eventOf(row.alert as MachineAlert)),
    );
  }

  /** Resolves the open alerts that a gateway which is retired has reported of itself, each by its own event. */
  retireConditions(gateway: string, eventOf: (alert: ConditionAlert) => HarbingerEvent): AlertChanged[] {
    const rows = [this.table, this.told.table].flatMap((table) => [...table.values()]);
    return rows.flatMap((row) => {
      const { alert } = row;
      if (alert.gateway !== gateway || alert.state !== 'open' || !('condition' in alert)) return [];
      return this.retireRow(gateway, row, eventOf(alert));
    });
  }

  /** Ends open alerts of a gateway, each by its own event; `eventOf` returns null for those that stay. */
  endOpen(gateway: string, eventOf: (alert: Alert) => HarbingerEvent | null) {
    const rows = [this.table, this.told.table].flatMap((table) => [...table.values()]);
    return rows.flatMap((row) => {
      const { alert } = row;
      const isMeant = alert.gateway === gateway && alert.state === 'open';
      const event = isMeant ? eventOf(alert) : null;
      return event ? (this.applyTo(gateway, row, event) ?? []) : [];
    });
  }

  /** Keeps what a person has done about an alert that is kept. */
  putDeed(alert: Alert): void {
    const key = rowKey(alert.gateway, alert.alertId);
    const row = this.table.get(key);
    if (row) this.table.put(key, this.held.withDeed(row, alert));
  }

  /** False if `tellDue` would find nothing. */
  get hasHeld(): boolean {
    for (const { later, alert } of this.table.values()) if (later || alert.work?.shelved) return true;
    return false;
  }

  /** News that notifiers had to wait for and may be told by now. */
  tellDue(noticeOf: (alert: Alert, change: AlertChange) => HarbingerEvent): AlertChanged[] {
    return [...this.table.entries()].flatMap(([key, row]) => {
      const due = this.held.due(row, noticeOf);
      if (due) this.table.put(key, due.row);
      return due?.changed ?? [];
    });
  }

  /** Moves the open alerts of a machine to another name of it, and returns them. */
  move(from: MachineName, to: MachineName): Alert[] {
    return this.openRows(from.gateway, from).map((row) => {
      const { gateway, site, machine } = to;
      const alert = row.alert as MachineAlert;
      const moved = { ...alert, gateway, prediction: { ...alert.prediction, site, machine } };
      const [key, newKey] = [rowKey(from.gateway, alert.alertId), rowKey(gateway, alert.alertId)];
      const table = this.table.get(key) ? this.table : this.told.table;
      table.remove(key);
      table.put(newKey, { ...row, alert: moved });
      return moved;
    });
  }

  /** Removes all alerts of a machine, and returns their ids. */
  remove(name: MachineName, isMeant: (alert: Alert) => boolean): string[] {
    return [this.table, this.told.table].flatMap((table) => {
      const all = [...table.values()].filter(
        ({ alert }) => alert.gateway === name.gateway && isAboutMachine(alert, name) && isMeant(alert),
      );
      for (const { alert } of all) table.remove(rowKey(name.gateway, alert.alertId));
      return all.map(({ alert }) => alert.alertId);
    });
  }

  private retireRow(gateway: string, row: Row, event: HarbingerEvent): AlertChanged[] {
    const changed = this.applyTo(gateway, row, event);
    if (!changed) return [];
    const key = rowKey(gateway, row.alert.alertId);
    const alert = { ...changed.step.alert, isRetired: true };
    this.table.put(key, { ...(this.table.get(key) ?? row), alert });
    return [changed];
  }

  private applyTo(gateway: string, row: Row | null, event: HarbingerEvent): AlertChanged | null {
    const step = this.options.rules.transition(row?.alert ?? null, event);
    if (!step) return null;
    const { row: after, recipients } = this.held.after(row, step);
    const key = rowKey(gateway, step.alert.alertId);
    if (this.told.table.get(key)) this.told.table.remove(key);
    this.table.put(key, { ...after, ...(this.options.stampMs && { changedMs: this.options.stampMs() }) });
    const was = row && 'prediction' in row.alert ? row.alert.prediction : null;
    if (!was || isAboutMachine(step.alert, was)) return { step, recipients };
    return { step, recipients, left: { gateway, site: was.site, machine: was.machine } };
  }

  /** The alerts an event may change: that of its prediction or condition, or all open ones of a machine that failed or was replaced. */
  private concerned(gateway: string, event: HarbingerEvent): (Row | null)[] {
    if (
      isEventOf(event, 'io.harbinger.machine.replaced.v1') ||
      isEventOf(event, 'io.harbinger.machine.failed.v1')
    ) {
      return this.openRows(gateway, event.data);
    }
    // One that is not known is not opened by what it is now.
    if (isEventOf(event, 'io.harbinger.prediction.now.v1'))
      return [this.table.get(rowKey(gateway, event.data.predictionId)) ?? []].flat();
    return isAlertEvent(event) ? [this.find(rowKey(gateway, alertIdOf(event))) ?? null] : [];
  }

  private find(key: string): Row | undefined {
    return this.table.get(key) ?? this.told.table.get(key);
  }

  private openRows(gateway: string, { site, machine }: { site: string; machine: string }): Row[] {
    return [this.table, this.told.table].flatMap((table) => table.openOf({ gateway, site, machine }));
  }

  /**
   * Removes the alerts beyond the limits, of the gateway that has most: those that were updated longest ago. No other
   * gateway loses any.
   */
  private evict(): void {
    const limits = { open: this.options.openMax, resolved: this.options.resolvedMax };
    for (const state of ['open', 'resolved'] as const) {
      if (this.table.count(state) <= limits[state]) continue;
      const alerts = this.all(state).map((alert) => ({ alert, updatedMs: Date.parse(alert.updatedAt) }));
      alerts.sort((a, b) => a.updatedMs - b.updatedMs);
      const byId = new Map(alerts.map(({ alert }, i) => [i + 1, alert]));
      const shares = new Shares(1);
      for (const [id, { gateway }] of byId) shares.add([gateway], id, 0);
      const left = limits[state] - Math.floor(limits[state] * removedPart);
      while (shares.count > left) {
        const id = shares.oldestOfLargest('count') ?? 0;
        const { gateway, alertId } = byId.get(id)!;
        shares.remove([gateway], id, 0);
        const key = rowKey(gateway, alertId);
        if (state === 'open') {
          this.told.keep(key, this.table.get(key)!);
          this.options.forgotten?.(gateway);
        }
        this.table.remove(key);
      }
    }
  }
}

export function alertIdOf({ data }: AlertEvent): string {
  return alertSaid(contentOf(data)).alertId;
}

export function isPrediction(event: HarbingerEvent): event is HarbingerEvent & { data: Prediction } {
  return event.type.startsWith('io.harbinger.prediction.');
}
