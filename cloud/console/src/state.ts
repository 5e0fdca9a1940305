import { signal } from '@preact/signals';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { byState, keyOf } from './machine-states.ts';
import type { Alert, Machine, Snapshot } from './wire.ts';

export type Connection = 'connecting' | 'live' | 'lost';

/** The current state of the plant as the page knows it, kept up to date by the live stream. Views subscribe and read. */
export class State {
  connection: Connection = 'connecting';
  /** When the last message of the server arrived, by this computer's clock; null before the first one. */
  heardMs: number | null = null;
  readonly machines = new Map<string, Machine>();
  /** Open alerts, and those that were resolved since the page was opened. */
  readonly alerts = new Map<string, Alert>();
  /** Rises with each change of an alert. Views fetch what is not streamed again when it has changed. */
  alertRevision = 0;
  /** Rises as well when an open alert says the same in other numbers. */
  alertContentRevision = 0;
  /** Rises with every change: what is drawn from it is drawn anew. */
  readonly changed = signal(0);
  #sorted: { machines: readonly Machine[]; of: number } | null = null;
  #machineRevision = 0;
  readonly #listeners = new Set<() => void>();
  #serverAheadMs = 0;

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The server's time, by which ages are computed: a tablet's own clock may be far off. */
  nowMs(): number {
    return systemClock.nowMs() + this.#serverAheadMs;
  }

  setConnection(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.#notify();
  }

  /** Notes that a message arrived, even an empty one: it proves that the server lives, and brings its time. */
  heard(atMs: number): void {
    this.heardMs = systemClock.nowMs();
    this.#serverAheadMs = atMs - this.heardMs;
    this.connection = 'live';
    this.#notify();
  }

  snapshot(snapshot: Snapshot): void {
    this.machines.clear();
    this.#machineRevision++;
    this.alerts.clear();
    this.change(snapshot);
    this.alertRevision++;
    this.alertContentRevision++;
  }

  change({ atMs, machines, alerts }: Snapshot): void {
    for (const machine of machines) this.machines.set(keyOf(machine), machine);
    if (machines.length > 0) this.#machineRevision++;
    for (const alert of alerts) {
      const before = this.alerts.get(alert.alertId);
      if (before?.updatedAt !== alert.updatedAt || before?.state !== alert.state) this.alertRevision++;
      this.alerts.set(alert.alertId, alert);
    }
    if (alerts.length > 0) this.alertContentRevision++;
    this.heard(atMs);
  }

  /** Sorted once for each change: there may be ten thousand, and a page is drawn each second. */
  machinesByState(): readonly Machine[] {
    if (this.#sorted?.of !== this.#machineRevision) {
      this.#sorted = { machines: [...this.machines.values()].sort(byState), of: this.#machineRevision };
    }
    return this.#sorted.machines;
  }

  /** The machine of an alert; undefined if it is about none, or one that is not known. */
  machineOf(alert: Alert): Machine | undefined {
    if (!('prediction' in alert)) return undefined;
    const { site, machine } = alert.prediction;
    return this.machines.get(keyOf({ gateway: alert.gateway, site, machine }));
  }

  openAlerts(): Alert[] {
    return [...this.alerts.values()].filter((alert) => alert.state === 'open');
  }

  /** Time since the last message of the server; 0 before the first one. */
  silentMs(): number {
    return this.heardMs === null ? 0 : systemClock.nowMs() - this.heardMs;
  }

  #notify(): void {
    this.changed.value++;
    for (const listener of this.#listeners) listener();
  }
}
