/** Alerts: their state, and the rules by which events change them. */
import type { EndedInCloud } from '../../shared/contract/alerts/ended-in-cloud.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import type { HarbingerEvent, Prediction, RemainingLife } from '../../shared/contract/events.ts';
import type { AlertChange } from '../../shared/notifiers/notifier.ts';
import type { Verdict } from './outcomes/outcomes.ts';
import type { AlertChoice, AlertRefusal, AlertWork, Deed, Holding } from './work/work.ts';

/** One change of an alert, as it was told. */
export interface AlertEntry {
  change: AlertChange;
  /** RFC 3339. */
  at: string;
  severity: 'warning' | 'critical';
  /** The first of them. */
  reasons: string[];
  /** Absent if it was not known, or it is not about a machine. */
  remainingLife?: RemainingLife;
}

interface AlertState {
  /** The prediction's or condition's id. */
  alertId: string;
  /** The gateway that reported it; empty if the cloud itself did. */
  gateway: string;
  state: 'open' | 'resolved';
  /** RFC 3339, as the other times here. */
  openedAt: string;
  updatedAt: string;
  resolvedAt: string | null;
  /** The time of the readings that its content is from, if that is later than its latest change. */
  asOf?: string;
  /** How it opened, and its latest changes, the oldest first; absent in those of earlier versions. */
  history?: AlertEntry[];
  /** It ended because its machine was retired; it opens again if the machine comes back with it. */
  isRetired?: boolean;
  /** Deeds of people about it; absent if there are none. */
  work?: AlertWork;
}

/** An alert about a machine. */
export type MachineAlert = AlertState & { prediction: Prediction };
/** An alert about Harbinger itself: the cloud, or a gateway. */
export type ConditionAlert = AlertState & { condition: ConditionData };
export type Alert = MachineAlert | ConditionAlert;

/** The effect of one event on one alert. */
export interface AlertStep {
  alert: Alert;
  /** Null if no notifier is concerned. */
  change: AlertChange | null;
  /** It is told as opened because its machine is not muted any more; who was told before is not told again. */
  isUnmuted?: true;
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
  /**
   * True while a notifier that is to be sent a change must wait for it: its alert is shelved, its receivers are not there, or somebody
   * may acknowledge it yet.
   */
  isHeld(notifier: string, step: Pick<AlertStep, 'alert' | 'change'>, holding: Holding): boolean;
  /** The alert after a person's deed. */
  afterDeed(alert: Alert, deed: Deed, nowMs: number): Alert;
  /** The alert without its shelf if the time of that is over; null if it is as before. */
  afterShelf(alert: Alert, nowMs: number): Alert | null;
  /** The group of a notifier, which notifiers of gateways may have told already; undefined if it has none. */
  groupOf(notifier: string): string | undefined;
  /** True if people read what the notifier sends, who need no second message to know that something is over. */
  isForPeople?(notifier: string): boolean;
}

/** Words of a person who closes alerts. */
export interface ClosingWords {
  /** For those who were told of them. */
  reason: string;
  /** Empty if nobody is named. */
  by: string;
  /** The verdict on them, if it is stated with the closing. */
  outcome?: { verdict: Verdict; cause: string };
}

/** Closes alerts by hand. */
export interface AlertClosing {
  /**
   * Ends an open alert, and returns it. Its gateway is let know. `gateway`: the one that reported it, where several have one of this
   * id. @throws HarbingerError ALERT_NOT_OPEN, OUTCOME_REFUSED
   */
  close(alertId: string, words: ClosingWords, gateway?: string): Promise<Alert>;
  /** Closes several, in one transaction; one that cannot be closed is refused alone. */
  closeAll(choices: readonly AlertChoice[], words: ClosingWords): Promise<WorkOutcome>;
}

/** Alerts that are over in the cloud, of which their gateways have not said so yet. */
export interface OwedEndings {
  of(gateway: string): EndedInCloud[];
  /** Tells which gateway is owed more than before, once that is durable. Returns a function that ends it. */
  onOwed(listener: (gateway: string) => void): () => void;
}

/** All open alerts and the latest resolved ones. */
export interface AlertStates {
  /** All of them if `state` is absent. */
  all(state?: Alert['state']): Alert[];
}

/** The outcome of one deed on several alerts. */
export interface WorkOutcome {
  done: Alert[];
  refused: AlertRefusal[];
}

export interface AlertWorking {
  /**
   * Does the same about each of them, in one transaction. What cannot be done about one (it is not open, somebody else was
   * faster) is refused for that one alone. Durable when resolved.
   */
  work(choices: readonly AlertChoice[], deed: Deed): Promise<WorkOutcome>;
}

/** News that receivers are told later than it happens. */
export interface LaterNews {
  /** Queues what may be told by now, ends shelves whose time is over, and returns how many alerts that were. */
  tellDue(): Promise<number>;
}

export interface AlertDeeds extends AlertWorking, LaterNews {}
