/** Alerts: their state, and the rules by which events change them. */
import type { HarbingerEvent, Prediction } from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';

export interface Alert {
  /** The prediction's id. */
  alertId: string;
  gateway: string;
  state: 'open' | 'resolved';
  /** RFC 3339, as the other times here. */
  openedAt: string;
  updatedAt: string;
  resolvedAt: string | null;
  prediction: Prediction;
  /** It ended because its machine was retired; it opens again if the machine comes back with it. */
  isRetired?: boolean;
}

/** The effect of one event on one alert. */
export interface AlertStep {
  alert: Alert;
  /** Null if no notifier is concerned. */
  change: AlertChange | null;
  /** The event that receivers get. */
  notice: HarbingerEvent;
}

/**
 * Decides how events change alerts. Pure: operations applies the decision, so that an alert and the notifications owed
 * for it change in one transaction.
 */
export interface AlertRules {
  transition(current: Alert | null, event: HarbingerEvent): AlertStep | null;
  /**
   * Returns the names of the notifiers to which a change is sent. `told`: notifiers that were sent an earlier change
   * of this alert.
   */
  recipients(step: AlertStep & { change: AlertChange }, told: readonly string[]): string[];
}

/** All open alerts and the latest resolved ones. */
export interface AlertStates {
  /** All of them if `state` is absent. */
  all(state?: Alert['state']): Alert[];
}
