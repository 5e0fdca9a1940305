/** Facts of a machine that its gateway says in the lines of its estimates. */
import type { JudgedBy, RemainingLife } from '../contract/events.ts';

/** A line about a machine: its newest estimate, or only whether it rests. Times are in ms since 1970. */
export interface SaidOfMachine {
  site: string;
  machine: string;
  machineType?: string;
  /** The time of the readings that the line is from. */
  lastSeenMs: number;
  rest: RestOfMachine | null;
  /** Until which time of its readings it settles after a start. */
  settlesToMs?: number;
  runningS?: number;
  /** Absent, as all that follows, in a line that says only whether it rests. */
  health?: number | null;
  anomaly?: number | null;
  remainingLife?: RemainingLife | null;
  source?: JudgedBy | null;
  estimator?: { name: string; version: string };
  evidence?: EvidenceOfGateway;
}

/** At rest since when, if that is known, and when its gateway reported it. `learntFrom`: by which sensors below which values, if its type does not say that. */
export interface RestOfMachine {
  sinceMs: number | null;
  saidMs: number;
  learntFrom?: string;
}

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
