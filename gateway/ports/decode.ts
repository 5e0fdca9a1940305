/**
 * The interface of payload formats: from the bytes of a message to readings and changes of a machine's life. A format
 * is a folder in decode/formats and a line in formats.ts.
 */
import { partOf } from '../../shared/parts/part.ts';
import type { Reporting } from '../../shared/parts/statistics.ts';
import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { LifecycleNotice } from './watch.ts';

/**
 * May report statistics that its kind declares. They are read about once a second, in the data thread; a decoder counts
 * in plain fields. Each route has its own, whose counts are added up. Messages that the fast path reads are not among
 * them.
 */
export interface Decoder extends Partial<Reporting> {
  /**
   * True if messages may be JSON objects with a fixed layout, which decode's fast path reads without parsing; `decode`
   * must yield the same.
   */
  readonly isFastJson?: boolean;
  /**
   * True if readings name their machines themselves (`site`, `machine`). The machine of the topic then need not be
   * known; it is that of readings which name none.
   */
  readonly namesMachines?: boolean;
  /**
   * Present if what messages mean depends on more of the topic than a route names: returns what reads those of one topic,
   * which is looked up once.
   */
  ofTopic?(topic: string, target: DecodeTarget): { decoder: Decoder; target: DecodeTarget };
  /**
   * `payload` is valid only during the call, and must not be changed. A format with several readings per message must
   * also read JSON objects, because a refused one of several is kept as JSON (decode/single-reading.ts) and may be
   * resent. @throws HarbingerError of stage `decode`, for a message that cannot be read at all
   */
  decode(payload: Buffer, target: DecodeTarget, trace?: DecodeTrace): readonly Decoded[];
}

/** A format may say once what it does not take; without a log, as in tests, it does not. */
export type FormatDeps = { log: Log } | undefined;
export const formatPart = partOf<FormatDeps, Decoder>();

/**
 * Called with each field of a message that a format looks at, for people who try it: where it is, its sensor, or why it is
 * not stored. A format that reports nothing stores all that it reads.
 */
export type DecodeTrace = (path: string, outcome: { sensor?: string; why?: string }) => void;

/** The site, machine and sensor that the topic of a message names. */
export interface DecodeTarget {
  site: string;
  machine: string;
  /** Present if the topic names one sensor. */
  sensor?: string;
  /** Names of labels that tell the things of a message apart; their values become a part of the sensors' names. */
  labels?: readonly string[];
  /** Names under which the device's time is looked for in place of the common ones. */
  timeKeys?: readonly string[];
}

/** One item of a message. Usually a message consists of one reading. */
export type Decoded =
  | DecodedReading
  | DecodedFaults
  | DecodedChange
  | DecodedMaintenance
  | DecodedAvailability
  | Unreadable;

/** The machine that an item concerns; absent names are those of the topic. */
interface Subject {
  site?: string;
  machine?: string;
}

/** A field that cannot be a value, under the name that it would have, with the reason. */
export interface RefusedValue {
  name: string;
  value: unknown;
  /** Null where its sensor just has no value now. */
  error: HarbingerError | null;
}

/** Encodes a reading as a message of its own: all of it, or one of its sensors, at a time that it has if it says none. */
type OwnMessage = (sensor?: string, timeMs?: number) => Buffer;

export interface DecodedReading extends Subject {
  /** Sensor name → value as the device sent it; the contract decides what is acceptable. */
  values: Record<string, unknown>;
  /** Sensor name → unit, as the message says it; absent for a sensor of which it says none. */
  units?: Readonly<Record<string, string>>;
  /** The device's own time, if it sent one: whole ms since 1970 and ns within that ms. */
  deviceTime?: { ms: number; ns: number };
  /** Ms from now to the time of the reading, if the device says its time so. */
  relativeMs?: number;
  /** The device's own identification of this reading: a unique id, or a running number. */
  id?: string;
  seq?: number;
  /** Fields that cannot be values. */
  refused?: RefusedValue[];
  /** Names of numbers that a double does not hold as they were sent. */
  rounded?: readonly string[];
  /** Absent for a format that reads JSON, which is then the form; else it is that of typed readings. */
  own?: OwnMessage;
  faults?: undefined;
  lifecycle?: undefined;
  maintenance?: undefined;
  availability?: undefined;
  unreadable?: undefined;
}

/** The sensors of a machine have no values, or bad ones, and none of them has a good one. */
export interface DecodedFaults extends Subject {
  faults: readonly RefusedValue[];
  deviceTime?: { ms: number; ns: number };
  own: OwnMessage;
  lifecycle?: undefined;
  maintenance?: undefined;
  availability?: undefined;
  unreadable?: undefined;
}

/** A machine failed or was replaced. */
export interface DecodedChange extends Subject {
  lifecycle: {
    state: LifecycleNotice['state'];
    note?: string;
    /** Time of the change, if the sender provides it. */
    time?: { ms: number; ns: number };
    /** Equal for a resend of the same change; absent if the sender provides nothing to identify it. */
    identity?: string;
  };
  maintenance?: undefined;
  availability?: undefined;
  faults?: undefined;
  unreadable?: undefined;
}

/** People begin to work on a machine, or plan to, or have ended. */
export interface DecodedMaintenance extends Subject {
  maintenance: {
    isOn: boolean;
    /** Times, if the sender provides them: from its arrival, and for a day. */
    from?: { ms: number };
    until?: { ms: number };
    by?: string;
    note?: string;
    /** Equal for a resend; absent if the sender provides nothing to identify it. */
    identity?: string;
  };
  lifecycle?: undefined;
  availability?: undefined;
  faults?: undefined;
  unreadable?: undefined;
}

/** The device of a machine says that it is there or not, or its broker does by its will. */
export interface DecodedAvailability extends Subject {
  availability: { isOnline: boolean };
  lifecycle?: undefined;
  maintenance?: undefined;
  faults?: undefined;
  unreadable?: undefined;
}

/** An item that cannot be read: the reason, the item as a message of its own, and what is known to be in place of values. */
export interface Unreadable extends Subject {
  unreadable: { error: Error; payload: Buffer; refused?: readonly RefusedValue[] };
  maintenance?: undefined;
  availability?: undefined;
  faults?: undefined;
}
