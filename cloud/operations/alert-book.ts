import { Shares } from '../../shared/bounds/shares.ts';
import { type HarbingerEvent, isEventOf, type Prediction } from '../../shared/contract/events.ts';
import type { Alert, AlertRules, AlertStep } from '../ports/alerts.ts';
import type { MachineName } from '../ports/retired/retired.ts';
import { CachedTable } from './cached-table.ts';
import { keyOf, type Store } from './database.ts';
import type { AddedBefore, AgedList } from './record-ages.ts';

interface Row {
  alert: Alert;
  /** Names of the notifiers that have heard of this alert. */
  told: string[];
  /** When it was changed last, in ms since 1970; earlier versions did not say. */
  changedMs?: number;
}

export interface AlertBookOptions {
  rules: AlertRules;
  openMax: number;
  resolvedMax: number;
  /** The time of a change that is made now. */
  stampMs?(): number;
  /** Called for each open alert that is forgotten, because its gateway has most of too many. */
  forgotten?(gateway: string): void;
}

/** The change of one alert by one event, and the names of the notifiers that must hear of it. */
export interface AlertChanged {
  step: AlertStep;
  recipients: string[];
}

/** All open alerts and the latest resolved ones. Change it only inside a transaction. */
export class AlertBook implements AgedList {
  readonly table: CachedTable<Row>;
  private readonly options: AlertBookOptions;

  constructor(store: Store, options: AlertBookOptions) {
    this.table = new CachedTable(store, 'alerts');
    this.options = options;
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

  /** Number of open alerts of one machine. */
  openOn(gateway: string, ref: { site: string; machine: string }): number {
    return this.openRows(gateway, ref).length;
  }

  apply(gateway: string, event: HarbingerEvent): AlertChanged[] {
    const changed = this.concerned(gateway, event).flatMap((row) => this.applyTo(gateway, row, event) ?? []);
    if (changed.length > 0) this.evict();
    return changed;
  }

  /** Resolves the open alerts of a machine that is retired, each by its own event. */
  retire(name: MachineName, eventOf: (alert: Alert) => HarbingerEvent): AlertChanged[] {
    return this.openRows(name.gateway, name).flatMap((row) => {
      const changed = this.applyTo(name.gateway, row, eventOf(row.alert));
      if (!changed) return [];
      const key = rowKey(name.gateway, row.alert.alertId);
      const alert = { ...changed.step.alert, isRetired: true };
      this.table.put(key, { alert, told: this.table.get(key)?.told ?? row.told });
      return [changed];
    });
  }

  /** Moves the open alerts of a machine to another name of it, and returns them. */
  move(from: MachineName, to: MachineName): Alert[] {
    return this.openRows(from.gateway, from).map(({ alert, told }) => {
      const { gateway, site, machine } = to;
      const moved = { ...alert, gateway, prediction: { ...alert.prediction, site, machine } };
      this.table.remove(rowKey(from.gateway, alert.alertId));
      this.table.put(rowKey(gateway, alert.alertId), { alert: moved, told });
      return moved;
    });
  }

  /** Removes all alerts of a machine, and returns their ids. */
  remove({ gateway, site, machine }: MachineName): string[] {
    const all = this.all().filter(
      ({ gateway: owner, prediction }) =>
        owner === gateway && prediction.site === site && prediction.machine === machine,
    );
    for (const { alertId } of all) this.table.remove(rowKey(gateway, alertId));
    return all.map(({ alertId }) => alertId);
  }

  private applyTo(gateway: string, row: Row | null, event: HarbingerEvent): AlertChanged | null {
    const { rules } = this.options;
    const step = rules.transition(row?.alert ?? null, event);
    if (!step) return null;
    const told = row?.told ?? [];
    const recipients = step.change === null ? [] : rules.recipients({ ...step, change: step.change }, told);
    this.table.put(rowKey(gateway, step.alert.alertId), {
      alert: step.alert,
      told: [...new Set([...told, ...recipients])],
      ...(this.options.stampMs && { changedMs: this.options.stampMs() }),
    });
    return { step, recipients };
  }

  /** The alerts an event may change: the prediction's own, or all open ones of a machine that failed or was replaced. */
  private concerned(gateway: string, event: HarbingerEvent): (Row | null)[] {
    if (
      isEventOf(event, 'io.harbinger.machine.replaced.v1') ||
      isEventOf(event, 'io.harbinger.machine.failed.v1')
    ) {
      return this.openRows(gateway, event.data);
    }
    return isPrediction(event) ? [this.table.get(rowKey(gateway, event.data.predictionId)) ?? null] : [];
  }

  private openRows(gateway: string, { site, machine }: { site: string; machine: string }): Row[] {
    return [...this.table.values()].filter(
      ({ alert }) =>
        alert.state === 'open' &&
        alert.gateway === gateway &&
        alert.prediction.site === site &&
        alert.prediction.machine === machine,
    );
  }

  /**
   * Removes the alerts beyond the limits, of the gateway that has most: those that were updated longest ago. No other
   * gateway loses any.
   */
  private evict(): void {
    const limits = { open: this.options.openMax, resolved: this.options.resolvedMax };
    for (const state of ['open', 'resolved'] as const) {
      const alerts = this.all(state);
      if (alerts.length <= limits[state]) continue;
      alerts.sort((a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt));
      const byId = new Map(alerts.map((alert, i) => [i + 1, alert]));
      const shares = new Shares(1);
      for (const [id, { gateway }] of byId) shares.add([gateway], id, 0);
      while (shares.count > limits[state]) {
        const id = shares.oldestOfLargest('count') ?? 0;
        const { gateway, alertId } = byId.get(id)!;
        shares.remove([gateway], id, 0);
        this.table.remove(rowKey(gateway, alertId));
        if (state === 'open') this.options.forgotten?.(gateway);
      }
    }
  }
}

export function isPrediction(event: HarbingerEvent): event is HarbingerEvent & { data: Prediction } {
  return event.type.startsWith('io.harbinger.prediction.');
}

function rowKey(gateway: string, alertId: string): string {
  return `${gateway}/${keyOf(alertId)}`;
}
