/** The shapes of the API’s requests and answers. Types only, so that no code of the server is bundled. */
import type { Contribution } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { MachineStateName } from '../../../shared/machine-state/evidence.ts';
import type { AlertEntry, ConditionAlert, MachineAlert as PlainAlert } from '../../ports/alerts.ts';
import type { StoredDecision } from '../../ports/history.ts';
import type { BehaviourOfMachine, MachineState, ModeOfMachine } from '../../ports/machines.ts';
import type { OutcomeEntry, Verdict } from '../../ports/outcomes/outcomes.ts';
import type { AlertRefusal, DeedName } from '../../ports/work/work.ts';

export type {
  AlertEntry,
  AlertRefusal,
  Contribution,
  MachineStateName,
  MachineType,
  StoredDecision,
  Verdict,
};

/** `outcome`: what was stated last of what it turned out to be; absent in the live stream, and if nothing was. */
export type MachineAlert = PlainAlert & { outcome?: OutcomeEntry };
export type Alert = MachineAlert | ConditionAlert;

export interface Machine extends Omit<MachineState, 'estimateMs'> {
  state: MachineStateName;
  /** A sentence that says why. */
  stateReason: string;
  /** In ms since 1970; null if it is not known. */
  since: number | null;
  /** The time of the newest reading that was judged; null if none was. */
  estimateMs: number | null;
  /** Since when, and why, nothing is known of what its alerts say; null if something is. */
  unknown: { sinceMs: number | null; reason: string } | null;
  /** How its sensors go together; null if its gateway does not say. */
  behaviour: BehaviourOfMachine | null;
  /** In which mode it is; null if that is not known. */
  mode: ModeOfMachine | null;
  gatewaySilentSinceMs: number | null;
  /** Remaining life in seconds of running. */
  remainingLifeS: { p10: number; p50: number; p90: number } | null;
  /** The first reason of its worst open alert. */
  reason: string | null;
  /** That which is on, or the next one that is planned. Times in ms since 1970. */
  /** Absent from an earlier version of the cloud. */
  muted?: { by: string; why: string; untilMs?: number } | null;
  maintenance: { fromMs: number; toMs: number; by: string; note?: string } | null;
}

export type Life = NonNullable<MachineState['remainingLife']>;

export interface MachineDetail {
  machine: Machine;
  type: MachineType | null;
  alerts: Alert[];
}

/** An alert with the version that the person has seen. */
export interface SeenAlert {
  alertId: string;
  gateway: string;
  version: number;
}

/** The closing of alerts by hand: who does, why, and what they turned out to be. */
export interface AlertClosing {
  alerts: SeenAlert[];
  by: string;
  reason: string;
  /** Absent for alerts about Harbinger itself. */
  outcome?: Verdict;
  cause?: string;
}

/** Something that a person does about an alert. */
export interface AlertWorkRequest {
  alerts: SeenAlert[];
  deed: DeedName;
  by: string;
  note?: string;
  to?: string;
  until?: string;
}

/** Alerts as they are after a deed, and those about which it could not be done. */
export interface WorkDone {
  done: Alert[];
  refused: AlertRefusal[];
}

/** `gateway` is needed only where machines of several gateways have the same site and name. */
export interface MachineAddress {
  site: string;
  machine: string;
  gateway?: string | undefined;
}

export const logKinds = ['replaced', 'repaired', 'inspected', 'retired', 'note'] as const;

/** Something that people did at a machine. A newer cloud may have other kinds. */
export interface LogEntry {
  entryId: string;
  kind: string;
  /** When it was done, in ms since 1970. */
  atMs: number;
  by: string;
  note: string;
}

/** Maintenance that is on or planned. `machine` absent: all machines of the site; `site` absent: of the gateway. */
export interface MaintenanceSpan {
  gateway: string;
  windowId: string;
  site?: string;
  machine?: string;
  fromMs: number;
  toMs: number;
  by: string;
  note?: string;
}

/** Times are in ms since 1970. `points`: at most this many are returned. */
export interface ReadingsQuery extends MachineAddress {
  measurement?: 'estimate';
  from: number;
  to: number;
  points: number;
}

export interface Readings {
  fromMs: number;
  toMs: number;
  timesMs: number[];
  values: Record<string, (number | null)[]>;
  /** By sensor that sends texts: when its text changed. */
  states: Record<string, { timesMs: number[]; texts: string[] }>;
}

export interface Snapshot {
  atMs: number;
  machines: Machine[];
  alerts: Alert[];
}

export interface Status {
  ready: boolean;
  reasons: string[];
  notificationsDead: boolean;
}

export interface Session {
  tokenNeeded: boolean;
  signedIn: boolean;
}
