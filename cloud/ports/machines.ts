/** The current state of every machine. */
import type { JudgedBy } from '../../shared/contract/events.ts';
import type { OwnLimits } from '../../shared/contract/limits/own-limits.ts';
import type { EvidenceOfGateway, RestOfMachine } from '../../shared/machine-state/said.ts';

export type {
  BehaviourOfMachine,
  EvidenceOfGateway,
  ModeOfMachine,
} from '../../shared/machine-state/said.ts';

/** By what the age of a machine's readings is judged, although the clock that wrote their times may be wrong. */
export interface DeviceClock {
  /** The least delay lately: arrival by the cloud's clock minus the time of the reading, ms. */
  lagMs: number;
  /** Arrival and delay of the last old reading; absent if the last one was fresh. */
  old?: { atMs: number; lagMs: number };
}

/** Current state of one machine, from its readings, estimates and events. */
export interface MachineState {
  gateway: string;
  site: string;
  machine: string;
  machineType: string;
  lastSeenMs: number;
  health: number | null;
  anomaly: number | null;
  remainingLife: { p10: number; p50: number; p90: number; unit: string } | null;
  source: JudgedBy | null;
  /** The model or detector of the latest estimate, and its version; absent if it has none, or the gateway did not say. */
  estimator?: { name: string; version: string };
  /** From lifecycle events. */
  condition: 'running' | 'failed';
  /** When it was reported as failed or replaced, in ms since 1970; absent if it never was. */
  conditionMs?: number;
  openAlerts: number;
  /** When it was last heard, as far as readings prove, by the cloud's clock, as the following times; absent if none ever came. */
  heardMs?: number;
  clock?: DeviceClock;
  /** The longest gap between two readings lately, ms, and when it was learnt; see `fadedMs`. */
  gapMs?: number;
  gapAtMs?: number;
  /** The time of the newest reading that was judged, ms since 1970; absent if none was. */
  estimateMs?: number;
  /** When its newest estimate arrived, and since when estimates have said the same of it. */
  judgedMs?: number;
  judgedSinceMs?: number;
  /** When an estimate last showed that no limit is met, and that nothing is estimated that a policy is on, by this computer's clock. */
  unmetMs?: number;
  unreachedMs?: number;
  /** When the first reading arrived that is later than all that were judged by more than a minute; absent if none is. */
  unjudgedMs?: number;
  /** When its gateway last said, by an alert of now, that sensors of it send what they cannot have; absent if it never did. */
  badValuesMs?: number;
  /** Until which time of its readings it settles after a start, and since when; absent once it was judged after that. */
  settlesToMs?: number;
  settlesSinceMs?: number;
  /** When its last open alert ended; absent if none has. */
  calmMs?: number;
  /** Absent before the first estimate. */
  evidence?: EvidenceOfGateway;
  /**
   * Its gateway said at `saidMs` that it is at rest, and since when, if it knew; null or absent if it is not at rest. `learntFrom`: by
   * which sensors below which values, if its type does not say that.
   */
  rest?: RestOfMachine | null;
  /** For how many seconds it has run since its gateway first saw it, or learnt when it rests; absent if neither is known. */
  runningS?: number;
  /** When it was heard again after it had been retired, in ms since 1970. */
  returnedMs?: number;
  /** `SITE/MACHINE` that it was renamed to, before it was heard again under this name. */
  renamedTo?: string;
  /** `SITE/MACHINE` that it was until `renamedMs`; absent once it was heard under this name. */
  renamedFrom?: string;
  renamedMs?: number;
}

/** The limits that gateways have set for single machines, in place of those of their types. */
export interface MachineLimits {
  /** By sensor; empty if none were set. */
  of(name: { gateway: string; site: string; machine: string }): ReadonlyMap<string, OwnLimits>;
}

/** A span of time in which people work on machines, as their gateway has said. Times are ms since 1970. */
export interface MaintenanceSpan {
  gateway: string;
  /** Absent: all machines of the gateway. */
  site?: string;
  /** Absent: all machines of the site. */
  machine?: string;
  windowId: string;
  fromMs: number;
  /** When it ends by itself, or was ended. */
  toMs: number;
  /** The person who made the latest change, and why. */
  by: string;
  note?: string;
}

export interface MaintenanceSpans {
  /** Spans that are on or planned, the earliest first. */
  list(): MaintenanceSpan[];
  /** The span of a machine that is on (of several the one that ends last), else the next one that is planned; null if none is. */
  of(name: { gateway: string; site: string; machine: string }): MaintenanceSpan | null;
  /** True while all of a gateway is in maintenance. */
  isWhole(gateway: string): boolean;
}

export interface MachineStates {
  all(): MachineState[];
}
