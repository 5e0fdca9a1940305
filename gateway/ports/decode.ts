/**
 * The seam of payload formats: from the bytes of a message to readings and changes of a machine's life. A format is a
 * folder in decode/formats and a line in formats.ts.
 */
import { partOf } from '../../shared/parts/part.ts';
import type { LifecycleNotice } from './watch.ts';

export interface Decoder {
  /**
   * Messages may be JSON objects of a known layout, which decode's fast reader takes without parsing them; `decode` must
   * mean the same.
   */
  readonly isFastJson?: boolean;
  /**
   * Readings name their machines themselves (`site`, `machine`): the machine of the topic then need not be known, and is
   * that of readings which name none.
   */
  readonly namesMachines?: boolean;
  /**
   * `payload` is lent for the call: it is neither changed nor kept. A format that makes several readings of a message
   * reads JSON objects too, as a refused one of several is kept as JSON (decode/single-reading.ts) and may be sent again.
   * @throws HarbingerError of stage `decode`, for a message that cannot be read at all
   */
  decode(payload: Buffer, target: DecodeTarget): readonly Decoded[];
}

/** Formats need nothing of the gateway. */
export const formatPart = partOf<undefined, Decoder>();

/** The site, machine and sensor that the topic of a message names. */
export interface DecodeTarget {
  site: string;
  machine: string;
  /** Set where the topic names one sensor. */
  sensor?: string;
}

/** A message consists of these: usually of one reading. */
export type Decoded = DecodedReading | DecodedChange | Unreadable;

/** The machine that something is about; what is absent is as the topic says. */
interface Subject {
  site?: string;
  machine?: string;
}

export interface DecodedReading extends Subject {
  /** Sensor name → value as the device sent it; the contract says what is acceptable. */
  values: Record<string, unknown>;
  /** The device's own time, if it sent one: whole ms since 1970 and ns within that ms. */
  deviceTime?: { ms: number; ns: number };
  /** The device's own name for this reading: a unique id, or a running number. */
  id?: string;
  seq?: number;
  lifecycle?: undefined;
  refused?: undefined;
}

/** A machine failed or was replaced. */
export interface DecodedChange extends Subject {
  lifecycle: {
    state: LifecycleNotice['state'];
    note?: string;
    /** When it happened, if the sender says so. */
    time?: { ms: number; ns: number };
    /** The same for the same change sent again; absent where the sender gives nothing to tell by. */
    identity?: string;
  };
  refused?: undefined;
}

/** One part of several that cannot be read: the reason, and the part as a message of its own. */
export interface Unreadable extends Subject {
  refused: { error: Error; payload: Buffer };
}
