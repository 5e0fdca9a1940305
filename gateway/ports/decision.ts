/**
 * The interface of decisions, which the gateway makes by itself. A kind of decision is a folder in decisions/ and a line
 * in decisions.ts. It decides through the governed decision of shared/decisions, and what follows goes to the outbox. A kind
 * about machines hears of them; one that hears of none has a timer of its own, and sets what others read.
 */
import type { EndedInCloud } from '../../shared/contract/alerts/ended-in-cloud.ts';
import type { Muted } from '../../shared/contract/alerts/muted.ts';
import type { Assessment, DecisionRecord } from '../../shared/contract/events.ts';
import type { DecisionStats } from '../../shared/decisions/stats.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import type { LimitState, PassedLimit } from './limits/limit-state.ts';
import type { TimeToLimit } from './limits/time-to-limit.ts';
import type { ReplayOutcome, StoredReadings } from './replay/replay.ts';
import type { LifecycleNotice } from './watch.ts';

export type { LimitState, PassedLimit } from './limits/limit-state.ts';

export interface MachineIdentity {
  site: string;
  machine: string;
  type: MachineType;
}

/**
 * The subject of a decision: one machine with its window (rows × sensors, oldest first; a short history is at its end,
 * with NaN before it).
 */
export interface AlertInput {
  machine: MachineIdentity;
  timeMs: number;
  /**
   * For how long the machine has been judged since it is watched, ms, by the time of its readings and without its pauses: many readings
   * may have come since the last decision. Absent if that is not known.
   */
  judgedMs?: number;
  /** Valid until the decision has been made: its array is used again for the machine's next one. */
  window: Float32Array;
  rows: number;
  /** The blocks of the journal in which its oldest and its newest row were completed; absent if they are not known. */
  place?: { journal: string; from: number; to: number };
  /** True if the window is not full although the machine's history is longer, so that its beginning is unknown. */
  cutOff?: boolean;
  /**
   * True if the window has fewer rows than its type wants for an assessment: the machine is due because of its limits
   * alone, and neither its model nor its baseline can say anything.
   */
  isShort?: boolean;
  /** True if it is short because the machine is at rest, so that nothing is judged but limits and faults. */
  isAtRest?: boolean;
  /** How much of what is normal for the machine has been learnt, in readings; absent once that is enough.
   * Again while it does something for the first time, such as its first stop. */
  learning?: { rows: number; needed: number };
  /** Time between two rows by the machine's own pace, ms; absent if that is not known. */
  rowMs?: number;
  /** Further fields of its estimate line, which say whether it is at rest; absent if its type does not say when it runs. */
  evidence?: readonly string[];
  /** Sensors whose latest value is one that they cannot have, and those that are missing or stuck; absent if there are none. */
  faults?: readonly SensorFault[];
  /** Sensors of which no live reading has come since the machine is watched; absent if there are none. */
  unsent?: readonly string[];
  /** Sensors that have just been retired; absent if there are none. */
  gone?: readonly string[];
  /** Sensors of which a limit is met or may be; absent if there are none. */
  limits?: readonly LimitState[];
  /** Limits that were met and are back since the last decision; absent if there are none. */
  passed?: readonly PassedLimit[];
  /** When its sensors, or of them at least these, will reach their limits, by what is known now; absent if no levels are remembered. */
  timeToLimit?(of?: readonly { sensor: string }[]): readonly TimeToLimit[];
  /** Sensors that have left the range in which they always were, the farthest first; absent if there are none. */
  beyond?: readonly BeyondUsual[];
  /** How its sensors go together, compared with ordinary days; absent for an input about silence. */
  behaviour?: MachineBehaviour;
  /** In which mode it is, null if that is not known; absent for an input about silence. Asked for only where it is written. */
  mode?(): MachineMode | null;
  /** How rare what has begun lately is, 0 … 1; absent if that is not known. */
  onset?: number;
  /** A person has just said that what the machine does now is normal; absent otherwise. */
  relearnt?: Relearnt;
  /** A person has just changed limits of this machine; absent otherwise. */
  limitsChanged?: LimitsChanged;
  /**
   * Present if the input is about whether the machine is silent, and about nothing else: there is no window (`rows` is 0),
   * `timeMs` is now by the gateway's clock, and estimates, limits and faults are not stepped by it.
   */
  silence?: SilenceState;
}

/** A sensor beyond what is usual for it, in its own unit. */
export interface BeyondUsual {
  sensor: string;
  level: number;
  low: number;
  high: number;
  /** The range is what is usual while the other sensors are as they are now, on average of the last readings; absent: what was ever usual. */
  isBesideOthers?: true;
  /** It is a counter, and these are its rates, per second. */
  isRate?: true;
  /** Since when; absent if that is not known. */
  sinceMs?: number;
  /** The mean of a day is compared with ordinary days; absent: some readings with all before. */
  shift?: SlowShift;
  /** The probe beside it from which it differs by so much. */
  beside?: string;
}

/** How a machine has slowly shifted: the level of a sensor, two probes that measure the same, or how long it runs each time, in minutes. */
export type SlowShift = 'level' | 'twin' | 'run';

/** `changed`: what was unusual has lasted, or comes again, and a person may say what it is. */
export interface MachineBehaviour {
  state: 'learning' | 'normal' | 'unusual' | 'changed';
  /** Since when it is unusual or changed, ms since 1970; null while it is neither. */
  sinceMs: number | null;
  /** Days of which enough is known, and days needed; absent once it is judged. */
  learning?: { days: number; needed: number };
  /** The fault that it is like, of those that people have named; absent if it is like none. */
  like?: KnownFault;
  /** For how long (running) nothing has been beyond what is usual; absent if that is not known. */
  quietMs?: number;
  /** After how long (running) as it was before a change is over; absent if that is not known. */
  endsAfterMs?: number;
  /** The sensor that shows most how it has changed, with what was usual beside the others before. */
  most?: BeyondUsual;
}

/** A way in which a machine runs: what its state sensor says, or a level at which one of its sensors stands. */
export interface MachineMode {
  /** Value of the state sensor, or number of the level, from 1; null: it is at a level that was never seen before. */
  number: number | null;
  /** How many levels are known; null if a state sensor says it. */
  of: number | null;
  /** `AUTO`, `speed about 1450 rpm`. */
  name: string;
  /** ms since 1970. */
  sinceMs: number;
  /** The sensor that says it, or at whose levels it is told. */
  sensor: string;
  /** It has not been in it before, apart from the last hours. */
  isNew: boolean;
}

/** A fault that a person has named while it lasted, or after it. */
export interface KnownFault {
  /** When it was named, ms since 1970. */
  atMs: number;
  note: string;
}

/** The word of a person about what a machine does now: whose, and why. */
export interface SaidOfMachine {
  by: string;
  note: string;
}

/** That it is normal. `what`: all is learnt anew (default), or what has changed is normal from now on, or what it does in its mode. */
export interface Relearnt extends SaidOfMachine {
  what?: 'everything' | 'state' | 'mode';
}

/** Sensors whose limits a person has changed. */
export interface LimitsChanged {
  sensors: readonly string[];
  by: string;
}

/** Whether a machine is silent when the input is made, whether that has changed or not. */
export interface SilenceState {
  isSilent: boolean;
  /** Its device has said that it is offline. */
  isOffline: boolean;
  /** Its device has said that it is online, and nothing else has come since. */
  isByWord?: true;
  /** When something else was last heard of it, by the gateway's clock; the start of the gateway if nothing ever was. */
  lastHeardMs: number;
  /** How long it may be unheard, ms; null if that is not known. */
  allowedMs: number | null;
  /** It may be unheard for so long at this time of the week, in which it usually sends. */
  isAtUsualHours?: true;
}

/** A sensor that is not well: its latest value was refused, or (`missing`) it sends none, or (`stuck`) always the same. */
export interface SensorFault {
  sensor: string;
  /** Null if it is not a number, or there is none. */
  value: number | null;
  /** True if it is beyond the range on the side of the sensor's alarm limit: the machine may be at its end. */
  isBeyondAlarm: boolean;
  /** Absent unless it sends something else than a number: that, as people read it. */
  sent?: string;
  /** It says itself that its value is bad. */
  isBad?: true;
  /** `sinceMs`: when it was last sent, by its readings' time; `others`: the number of sensors that are sent. */
  missing?: { sinceMs: number; others: number };
  /** `sinceMs`: since when it has had this value; `longestMs`: for how long it kept one before, 0 if never. */
  stuck?: { sinceMs: number; longestMs: number };
}

/**
 * Assesses machines. Returns one assessment per input, in the same order; null if this assessor has no answer for a
 * machine (for example a model that does not know its type): the next one then decides.
 */
export interface Assessor {
  readonly name: string;
  readonly version: string;
  /** False if it can have no answer for this machine, so that it need not be asked. Absent: it may have one for any. */
  mayAnswer?(input: AlertInput): boolean;
  assess(inputs: readonly AlertInput[], signal: AbortSignal): Promise<(Assessment | null)[]>;
  /** Why its answer about this window cannot be repeated from the window alone; null or absent: it can. */
  notRepeatable?(input: AlertInput): string | null;
  /** Where it computes, if its figures depend on that in the last bits. */
  readonly backend?: string | undefined;
  /** The same, at once: one that waits for nothing has this too. */
  assessNow?(inputs: readonly AlertInput[]): (Assessment | null)[];
  /** The assessor of one version, whatever judges now; null if it does not run here. Absent: there is one version. */
  ofModel?(machineType: string, model: { name: string; version: string }): Assessor | null;
}

/** The assessors of machines, by their place in the chain: each is asked where the one before has no answer. */
export interface Assessors {
  modelAssessor: Assessor;
  /** Absent: nothing is asked between model and rules. */
  selfLearnedAssessor?: Assessor;
  rulesAssessor: Assessor;
}

/** The counts that every kind of decision has, whatever it is about. */
export interface DecisionCounts {
  decision: DecisionStats;
  /** Inputs dropped because earlier ones were still being decided. */
  dropped: number;
  /** Events that wait for the journal. */
  events: { pending: number };
}

/** One kind of automatic decision. May report statistics of its own beside the counts that all kinds have. */
export interface Decision extends Partial<Reporting> {
  /** Restores what is kept over restarts. @throws HarbingerError if that cannot be read */
  start(): Promise<void>;
  /** Accepts no more inputs, waits (bounded) for the current ones, and saves. */
  stop(): Promise<void>;
  /**
   * Decides about machines that are due; absent if the decision is not about machines. Resolves when what follows is
   * journalled. Inputs must not be changed: all kinds of decision share them. Never rejects.
   */
  evaluate?(inputs: readonly AlertInput[]): Promise<void>;
  /** Called when a machine failed or was replaced. Never rejects. */
  lifecycle?(notice: LifecycleNotice): Promise<void>;
  /** Ends alerts that are over in the cloud, if they are open; the same may come again. Never rejects. */
  ended?(alerts: readonly EndedInCloud[]): Promise<void>;
  tellOpen?(): Promise<void>; // to the cloud, which ends what another gateway of this name has told; never rejects
  /** Ends what is open about a machine that was retired, and forgets it. Returns false if it was not known. Never rejects. */
  retired?(site: string, machine: string): Promise<boolean>;
  /**
   * True if inputs that say that this machine is heard can change something: its silence is told, is held back, or may return.
   * Absent: they cannot.
   */
  awaitsHearing?(site: string, machine: string): boolean;
  /** Repeats recorded decisions of this kind; absent if none can be repeated. One outcome for each, in the same order. Never rejects. */
  replay?(records: readonly DecisionRecord[], stored?: readonly StoredReadings[]): Promise<ReplayOutcome[]>;
  /** The alerts that are open, after start(); absent if it has none. */
  open?(): readonly OpenAlert[];
  stats(): DecisionCounts;
}

/** An alert that is open about a machine. */
export interface OpenAlert {
  predictionId: string;
  site: string;
  machine: string;
  machineType: string;
  failureMode: string;
  severity: 'warning' | 'critical';
  openedAtMs: number;
  /** Since when it has been so; absent: since it was opened. */
  sinceMs?: number;
  assessment: Assessment;
  /** Its machine is muted. */
  muted?: Muted;
}
