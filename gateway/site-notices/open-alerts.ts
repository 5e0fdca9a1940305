import { type AlertContent, alertSaid, contentOf } from '../../shared/contract/alert-content.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { newEvent } from '../../shared/contract/envelope.ts';
import { type AlertEvent, alertEventChange, type Prediction } from '../../shared/contract/events.ts';
import type { Member } from '../../shared/notifications/digest-data.ts';
import { summaryOf } from '../../shared/notifications/digest-data.ts';
import { isMuted } from '../../shared/notifications/recipients.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { OpenAlert } from '../ports/decision.ts';

/** Beyond it further alerts are not followed, and their changes not told at the site. */
export const openMax = 20_000;

/** An open alert as it was reported last, and who was told of it. */
export interface FollowedAlert {
  alertId: string;
  content: AlertContent;
  /** The latest event about it, so that one that comes again changes nothing. */
  eventId: string;
  updatedAt: string;
  /** Names of notifiers. */
  told: string[];
}

/** A change of an alert, and whom earlier changes of it were told. */
export interface FollowedChange {
  alertId: string;
  change: AlertChange;
  alert: AlertContent;
  event: AlertEvent;
  told: readonly string[];
  /** It is told as opened because its machine is not muted any more; who was told before is not told again. */
  isUnmuted?: true;
}

/** The open alerts of machines and of the gateway itself, by their events. */
export class OpenAlerts {
  private readonly gateway: string;
  private readonly alerts = new Map<string, FollowedAlert>();

  constructor(gateway: string) {
    this.gateway = gateway;
  }

  get(alertId: string): FollowedAlert | undefined {
    return this.alerts.get(alertId);
  }

  all(): FollowedAlert[] {
    return [...this.alerts.values()];
  }

  restore(alerts: readonly FollowedAlert[]): void {
    for (const alert of alerts) this.alerts.set(alert.alertId, alert);
  }

  /** Takes an event. Null if it changes nothing, or comes again. */
  take(event: AlertEvent): FollowedChange | null {
    const alert = contentOf(event.data);
    const { alertId } = alertSaid(alert);
    const before = this.alerts.get(alertId);
    const told = before?.told ?? [];
    const hasEnded = alertEventChange(event) === 'resolved';
    if (hasEnded) {
      // One that nobody here knows has ended before.
      if (!this.alerts.delete(alertId)) return null;
      return { alertId, change: 'resolved', alert, event, told };
    }
    if (before?.eventId === event.id || (!before && this.alerts.size >= openMax)) return null;
    this.alerts.set(alertId, {
      alertId,
      content: alert,
      eventId: event.id,
      updatedAt: event.time,
      told: [...told],
    });
    if (before && isMuted(before.content) && !isMuted(alert))
      return { alertId, change: 'opened', isUnmuted: true, alert, event, told };
    return { alertId, change: before ? 'updated' : 'opened', alert, event, told };
  }

  tell(alertId: string, notifiers: readonly string[]): void {
    const alert = this.alerts.get(alertId);
    if (alert) alert.told = [...new Set([...alert.told, ...notifiers])];
  }

  /**
   * The events that are missing to what is open now: this process may have ended before it had kept the last ones, and
   * alerts may be older than the first notifier.
   */
  missing(open: readonly OpenAlert[], conditions: readonly ConditionData[], nowMs: number): AlertEvent[] {
    const now = new Set([
      ...open.map(({ predictionId }) => predictionId),
      ...conditions.map(({ conditionId }) => conditionId),
    ]);
    const ended = this.all()
      .filter(({ alertId }) => !now.has(alertId))
      .map((alert) => this.endOf(alert, nowMs));
    const opened = open
      .filter(({ predictionId }) => !this.alerts.has(predictionId))
      .map((alert) => this.openingOf(alert));
    const begun = conditions
      .filter(({ conditionId }) => !this.alerts.has(conditionId))
      .map((data) => this.conditionEvent('opened', data, Date.parse(data.since)));
    return [...ended, ...opened, ...begun] as AlertEvent[];
  }

  /** For a digest: open alerts, as they are now. */
  members(isMeant: (alert: FollowedAlert) => boolean): Member[] {
    return this.all()
      .filter(isMeant)
      .map(({ alertId, content, updatedAt }) => {
        return { gateway: this.gateway, alertId, isOpen: true, updatedAt, ...summaryOf(content) };
      });
  }

  private endOf({ alertId, content }: FollowedAlert, nowMs: number) {
    const reasons = [
      'It is not open any more: it ended while the gateway was not running, or in its last moments.',
    ];
    if ('condition' in content)
      return this.conditionEvent('resolved', { ...content.condition, reasons }, nowMs);
    const data: Prediction = { ...content.prediction, reasons };
    const { site, machine } = data;
    const about = {
      gateway: this.gateway,
      id: `${alertId}/ended`,
      timeMs: nowMs,
      subject: `${site}/${machine}`,
    };
    return newEvent('io.harbinger.prediction.resolved.v1', about, data);
  }

  private openingOf(alert: OpenAlert) {
    const { predictionId, site, machine, machineType, failureMode, severity, openedAtMs, assessment, muted } =
      alert;
    const data: Prediction = {
      ...assessment,
      ...{ predictionId, site, machine, machineType, failureMode, severity },
      reasons: [],
      decisionId: '',
      ...(muted && { muted }),
    };
    const about = {
      gateway: this.gateway,
      id: `${predictionId}/open`,
      timeMs: openedAtMs,
      subject: `${site}/${machine}`,
    };
    return newEvent('io.harbinger.prediction.opened.v1', about, data);
  }

  private conditionEvent(change: 'opened' | 'resolved', data: ConditionData, timeMs: number) {
    const about = { gateway: this.gateway, id: `${data.conditionId}/${change}`.slice(-128), timeMs };
    return newEvent(`io.harbinger.condition.${change}.v1`, about, data);
  }
}
