/** A payload format. One file each; see decode/formats. Throws HarbingerError (stage 'decode') with the reason. */
export interface Decoder {
  readonly format: string;
  /**
   * Messages of this format may be JSON objects of a known layout, which decode's fast reader takes without parsing them;
   * `decode` must mean the same.
   */
  readonly isFastJson?: boolean;
  decode(payload: Buffer, target: DecodeTarget): DecodedReading[];
}

/** The site, machine and sensor that the topic of a message names. */
export interface DecodeTarget {
  site: string;
  machine: string;
  /** Set where the topic names one sensor. */
  sensor?: string;
}

export interface DecodedReading {
  /** Sensor name → value as the device sent it; the contract says what is acceptable. */
  values: Record<string, unknown>;
  /** The device's own time, if it sent one: whole ms since 1970 and ns within that ms. */
  deviceTime?: { ms: number; ns: number };
  /** The device's own name for this reading: a unique id, or a running number. */
  id?: string;
  seq?: number;
  /** Set where one reading of several cannot be read: the reason, and the reading as a message of its own. All other fields are void then. */
  refused?: { error: Error; payload: Buffer };
}
