import type { HarbingerError } from '../../shared/runtime/errors.ts';
import type { RawMessage } from '../ports/source.ts';
import type { Moment } from './device-time.ts';
import type { StateValue } from './states/state-values.ts';

/** The identity and time that a reading carries, beside its values. */
export interface ReadingClaim {
  id?: string | undefined;
  seq?: number | undefined;
  deviceTime?: Moment | undefined;
}

/** The part of a message that says where its readings are from. */
export type ReadingOrigin = Pick<RawMessage, 'receivedMs' | 'resend' | 'connection' | 'letter'>;

/** A value that its sensor cannot have. */
export interface RefusedField {
  sensor: string;
  /** As the device sent it. */
  value: unknown;
  /** Null where the type permits it: the sensor is not well, and the message is right. */
  error: HarbingerError | null;
  /** Its column; -1 if it has none. */
  column: number;
  /** The value as people read it, where it was sent with more than that. */
  sent?: string;
  /** Its field turned out to be one of texts, of which some are numbers. */
  isText?: true;
}

/** The accepted values of one reading, by column of its machine (NaN where absent). Reused for each reading. */
export interface Row {
  values: Float64Array;
  /** Number of values present. */
  present: number;
  /** Number of fields that the machine's type does not declare. */
  ignored: number;
  /** Empty unless the reading was parsed and checked: no layout accepts such a value. */
  readonly refused: RefusedField[];
  /** The values that were sent as a text or a boolean; their codes are among the values. Usually empty. */
  readonly states: StateValue[];
  /**
   * Hash of the texts that would be states if a number had not opened their column, and of their sensors. Which of both came
   * first may differ after a restart, and a resend is the same reading all the same.
   */
  unstored: { content: number; sensors: number };
  /** Source of the values' digits, `source[textFrom[column]] … source[textTo[column] - 1]`; null if there is none. */
  source: Uint8Array | null;
  textFrom: Int32Array;
  textTo: Int32Array;
}

const columnsMax = 512;

export function newRow(): Row {
  return {
    values: new Float64Array(columnsMax),
    present: 0,
    ignored: 0,
    refused: [],
    states: [],
    unstored: { content: 0, sensors: 0 },
    source: null,
    textFrom: new Int32Array(columnsMax),
    textTo: new Int32Array(columnsMax),
  };
}
