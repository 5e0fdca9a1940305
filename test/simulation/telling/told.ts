import { alertSaid, contentOf } from '../../../shared/contract/alert-content.ts';
import { type HarbingerEvent, isAlertEvent, type Prediction } from '../../../shared/contract/events.ts';
import type { AlertChange, Notification } from '../../../shared/notifiers/notifier.ts';
import type { World } from '../world/world.ts';

/** One change of an alert about a machine, as people were told of it. */
export interface Telling {
  /** True time, ms since the start. */
  atMs: number;
  change: AlertChange;
  alertId: string;
  machine: string;
  kind: string;
  severity: string;
  reasons: readonly string[];
  /** Ms since 1970; null if that is not known. */
  sinceMs: number | null;
  untilMs: number | null;
  outcome: string | null;
}

/** Everything that people were told of machines. The same notification may come twice, as its key says. */
export class ToldBook {
  readonly tellings: Telling[] = [];
  /** Lines that say what happened and what was told. */
  readonly story: string[] = [];
  private readonly keys = new Set<string>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  add(notification: Notification): void {
    if (notification.change === 'digest' || this.keys.has(notification.key)) return;
    this.keys.add(notification.key);
    const { change, event } = notification;
    if (!isAlertEvent(event)) return;
    const { alertId, severity, where, reasons } = alertSaid(contentOf(event.data));
    this.tell(`told ${change} ${severity} ${alertId} ${where}: ${reasons.join(' | ')}`);
    if (!isOfMachine(event)) return;
    const { machine, kind = '', since, until, outcome = null } = event.data;
    this.tellings.push({
      ...{ atMs: this.world.nowMs, change, alertId, machine, kind, severity, reasons, outcome },
      sinceMs: since === undefined ? null : Date.parse(since),
      untilMs: until === undefined ? null : Date.parse(until),
    });
  }

  /** Adds a line to the story, and to the trace of the run. */
  tell(line: string): void {
    const { nowMs } = this.world;
    this.story.push(
      `${Math.floor(nowMs / 60_000)}:${((nowMs / 1_000) % 60).toFixed(1).padStart(4, '0')} ${line}`,
    );
    this.world.note(line);
  }

  /** By alert. */
  ofAlerts(): Map<string, Telling[]> {
    const byAlert = new Map<string, Telling[]>();
    for (const telling of this.tellings)
      byAlert.set(telling.alertId, [...(byAlert.get(telling.alertId) ?? []), telling]);
    return byAlert;
  }
}

function isOfMachine(event: HarbingerEvent): event is HarbingerEvent & { data: Prediction } {
  return 'predictionId' in event.data;
}
