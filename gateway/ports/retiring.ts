/** Interfaces by which people take out of a gateway's lists what is gone: sessions, machines, and sensors of machines. */
import type { Relearnt, SaidOfMachine } from './decision.ts';
import type { LimitChanger } from './limits/limits.ts';
import type { TimeToLimit } from './limits/time-to-limit.ts';

/** A session that a source keeps for a client that may be away. */
export interface KeptSession {
  clientId: string;
  /** Empty for clients without a user. */
  user: string;
  isConnected: boolean;
  /** When the client was there last, in ms since 1970. */
  lastSeenMs: number;
  subscriptions: number;
  queuedMessages: number;
  queuedBytes: number;
}

export interface EndedSessions {
  ended: string[];
  /** Kept, because their clients are connected and use them. */
  connected: string[];
  unknown: string[];
}

export interface SessionAdmin {
  /** Absent for longest first. */
  list(): KeptSession[];
  /** Ends sessions with their subscriptions and queued messages; written when resolved. */
  end(clientIds: readonly string[]): Promise<EndedSessions>;
}

export interface MachineHere {
  site: string;
  machine: string;
}

/** A machine, or one sensor of it. */
export interface MachineOrSensor extends MachineHere {
  sensor?: string;
}

export interface KnownMachine {
  site: string;
  machine: string;
  machineType: string;
  /** The user (or client, without users) for whom it counts; empty as long as only the journal knows it. */
  sender: string;
  sensors: string[];
}

export interface RetiredHere {
  retired: MachineOrSensor[];
  unknown: MachineOrSensor[];
  /** Retained messages on topics of theirs that were removed. */
  retainedMessages: number;
}

/** The answer of the data thread. */
export interface RetiredInData {
  retired: MachineOrSensor[];
  unknown: MachineOrSensor[];
  /** Topics, of the given ones, that name what was asked for, whether it was known or not. */
  topics: string[];
}

/** A machine with the times at which its sensors will reach their limits. */
export interface ListedMachine extends KnownMachine {
  timeToLimit: TimeToLimit[];
}

/** The settings that people had made for a machine that has another name now. */
export interface RenamedHere {
  /** Maintenance windows that are on or planned. */
  windows: number;
  /** Sensors with limits of their own. */
  limits: number;
  /** True if its normal was given; false: nothing was known, or as much is known under the new name. */
  isNormal: boolean;
}

/** A part of a machine's history. */
export interface Lesson {
  /** The id of its teaching, made by whoever begins it: lessons of another teaching are never mixed with it. */
  teaching: string;
  /** Names of the columns after the time. */
  sensors: readonly string[];
  /** Each: its time (ms since 1970), then a value for each sensor; null where it sent none. In the order of their times. */
  rows: readonly (readonly (number | string | null)[])[];
  /** Begins anew; otherwise it goes on with the lesson before. */
  isFirst: boolean;
  /** With its last row, what was taught is what is normal for the machine. */
  isLast: boolean;
  /** A person has seen what is doubtful about it, and wants it all the same. */
  isSure?: boolean;
}

/** A sensor that is otherwise in a history than the machine has shown it. */
export interface Doubt {
  sensor: string;
  /** It is always the same in the history, though it moves; or it never is where it is now: another unit, or another machine. */
  is: 'constant' | 'elsewhere';
  /** Between which values it is in the history, and was since it was watched (null: that is not known). */
  low: number;
  high: number;
  nowLow: number | null;
  nowHigh: number | null;
}

/** How far a machine is taught. */
export interface TeachOutcome {
  /** False if it is not watched: it has sent nothing since the start of its gateway. */
  isKnown: boolean;
  /** True once what was taught has taken the place of what was learnt before; false too if the history is too short, empty or doubtful. */
  isTaught: boolean;
  /** Rows learnt in all, at rest, and left out because they are out of order, or of the future. */
  rows: number;
  atRest: number;
  leftOut: number;
  /** Rows, of those left out, without a time, and of the future; the others are out of order. */
  withoutTime: number;
  ofFuture: number;
  /** Sensors that the machine has not. */
  unknownSensors: string[];
  /** Sensors of the machine of which no row had a value. */
  emptySensors: string[];
  /** Sensors that are otherwise in the history than the machine has shown them: unless a person is sure, it is not taught then. */
  doubts: Doubt[];
  /** The time of the first and the last row, ms since 1970; null before there is one. */
  fromMs: number | null;
  toMs: number | null;
  /** Days of which is known how its sensors go together, and how many are needed; null if that is enough. */
  learning: { days: number; needed: number } | null;
}

/** The outcome of a person's word that what a machine does is normal. */
export interface RelearnOutcome {
  isKnown: boolean;
  /** False if it did nothing that was not normal already, so that there was nothing to learn. */
  hasChanged: boolean;
}

export interface FaultOutcome {
  /** False if the machine is not watched. */
  isKnown: boolean;
  /** False if nothing was unusual. */
  isNoted: boolean;
}

/** False if a change is in force and could not be written to disk: it would be lost if the gateway ended before the next save. */
export interface Saved {
  isSaved: boolean;
}

export interface MachineAdmin {
  /** True if a machine is known, of a site if none is named, or any at all. */
  knows(of: Partial<MachineHere>): Promise<boolean>;
  list(limit: number): Promise<ListedMachine[]>;
  /**
   * Forgets machines, or single sensors of them, until they send again. What they have sent stays in the journal and goes
   * to the cloud. Durable when resolved: a restart, which reads the journal, does not bring them back.
   */
  retire(those: readonly MachineOrSensor[]): Promise<RetiredHere>;
  /**
   * Gives what people have set for a machine to another name of it: maintenance windows, limits of sensors that have none there, and what
   * was learnt or taught as normal. In force when resolved, and durable, but for what is normal if its outcome says otherwise. @throws HarbingerError LIMITS_…, MAINTENANCE_UNWRITABLE
   */
  rename(from: MachineHere, to: MachineHere, who: LimitChanger): Promise<RenamedHere & Saved>;
  /**
   * A person says that what a machine does now is normal: that is learnt anew from here on, and its limits stay. Durable when resolved,
   * unless its outcome says otherwise, as of the two below.
   */
  relearn(machine: MachineHere, said: Relearnt): Promise<RelearnOutcome & Saved>;
  /**
   * Takes a part of a machine's history, by which what is normal for it is learnt. @throws HarbingerError TEACHING_UNKNOWN,
   * TEACHING_BUSY
   */
  teach(machine: MachineHere, lesson: Lesson): Promise<TeachOutcome & Saved>;
  /** A person names a fault that lasts, or was last, so that it is recognised when it comes again. */
  named(machine: MachineHere, said: SaidOfMachine): Promise<FaultOutcome & Saved>;
}

/** The retained messages that a source keeps. */
export interface RetainedAdmin {
  topics(): string[];
  /** Removes the messages of these topics; written when resolved. Returns how many there were. */
  remove(topics: readonly string[]): Promise<number>;
}
