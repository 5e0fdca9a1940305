/** The current state of every machine. */
import type { JudgedBy } from '../../shared/contract/events.ts';
import type { OwnLimits } from '../../shared/contract/limits/own-limits.ts';

/** Facts that a gateway adds to an estimate: by what a machine is judged, and which limits and policies are met now. */
export interface EvidenceOfGateway {
  confidence: number | null;
  /** Limits of sensors that send; null, as the other numbers, if an earlier version of the gateway did not say. */
  limits: number | null;
  limitsMet: 'critical' | 'warning' | null;
  /**
   * The worst that newest values are beyond, where that is another: a value that is back inside is not beyond a limit, and the limit
   * stays met until that has lasted. Absent: the same.
   */
  limitsNow?: 'critical' | 'warning' | null;
  /**
   * The value that is beyond the worst of them now, and the limit: of which sensor of its type, by its place, and its name and unit, which
   * earlier versions of the gateway did not say. Absent if not said.
   */
  beyond?: { column: number; value: number; at: number; sensor?: string; unit?: string };
  /** The worst alert policy that the estimate reaches by itself; undefined if the gateway did not say. */
  policiesMet: 'critical' | 'warning' | null | undefined;
  /** Progress of learning what is normal; null if that is learnt. */
  learning: { rows: number; needed: number } | null;
  /** Seconds between two rows, one unit of life each. */
  rowS: number | null;
  /** For how many seconds it may be unheard, by the hours of the week in which it sends; absent if the gateway did not say. */
  unheardS?: number;
  /** How its sensors go together; absent if the gateway did not say. */
  behaviour?: BehaviourOfMachine;
  /** In which mode it is; absent if that is not known. */
  mode?: ModeOfMachine;
}

/** How a machine's sensors go together, compared with ordinary days. */
export interface BehaviourOfMachine {
  state: 'learning' | 'normal' | 'unusual' | 'changed';
  /** Since when it is unusual or changed, ms since 1970; null while it is neither. */
  sinceMs: number | null;
  /** The sensor that is farthest from what is usual beside the others, and between which values it would be; null if none is. */
  beyond: { sensor: string; value: number; low: number; high: number } | null;
  /** Days of which enough is known, and days needed; absent once it is judged, and from earlier gateways. */
  learning?: { days: number; needed: number };
}

/** By what the age of a machine's readings is judged, although the clock that wrote their times may be wrong. */
export interface DeviceClock {
  /** The least delay lately: arrival by the cloud's clock minus the time of the reading, ms. */
  lagMs: number;
  /** Arrival and delay of the last old reading; absent if the last one was fresh. */
  old?: { atMs: number; lagMs: number };
}

/** A way in which a machine runs: what its state sensor says, or a level at which one of its sensors stands. */
export interface ModeOfMachine {
  /** Value of the state sensor, or number of the level, from 1; null: it is at a level that was never seen before. */
  number: number | null;
  /** How many levels are known; null if a state sensor says the mode. */
  of: number | null;
  /** `AUTO`, `speed about 1450 rpm`. */
  name: string;
  sinceMs: number;
  /** It has not been in it before, apart from the last hours. */
  isNew: boolean;
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
  rest?: { sinceMs: number | null; saidMs: number; learntFrom?: string } | null;
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
