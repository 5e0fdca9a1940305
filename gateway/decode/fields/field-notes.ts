/**
 * Fields (gateway/decode/fields): the fields of an accepted reading that are not stored as they were sent. Fields that
 * the type does not declare are passed over and named (ignored-fields.ts); values that a sensor cannot have are refused
 * alone, so that one broken probe does not make its machine invisible (refused-fields.ts). This file composes both.
 * Whether a field is stored is decided in ../contract.ts.
 */
import type { Log } from '../../../shared/runtime/log.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { RefusedField, Row } from '../row.ts';
import { singleFieldJson } from '../single-reading.ts';
import { IgnoredFields } from './ignored-fields.ts';
import { RefusedFields } from './refused-fields.ts';

/** A refused value that is kept whole: a message with it alone, and the reason. */
export interface RefusedMessage {
  payload: Buffer;
  error: Error;
}

const none: readonly RefusedMessage[] = [];

/** Notes what is not stored of the readings that were parsed; layouts accept none of it but fields of no sensor. */
export class FieldNotes {
  readonly counts = { fieldsRefused: 0, valuesRounded: 0 };
  readonly refused: RefusedFields;
  private readonly ignored: IgnoredFields;

  private readonly toWindows: (schema: MachineSchema, field: RefusedField) => void;

  /** @param toWindows gets each refused value */
  constructor(log: Log, toWindows: (schema: MachineSchema, field: RefusedField) => void = () => {}) {
    this.toWindows = toWindows;
    this.ignored = new IgnoredFields(log);
    this.refused = new RefusedFields(log);
  }

  /** Notes a reading that was accepted, and returns its refused values that are to be kept. */
  accepted(
    schema: MachineSchema,
    reading: DecodedReading,
    row: Row,
    receivedMs: number,
  ): readonly RefusedMessage[] {
    if (row.ignored > 0) this.ignored.note(schema, reading.values);
    if (reading.rounded) {
      this.counts.valuesRounded += reading.rounded.length;
      this.ignored.noteRounded(schema, reading.rounded);
    }
    if (row.refused.length === 0) return none;
    const kept = row.refused.filter((field) => this.refuse(schema, field, receivedMs));
    return kept.map((field) => ({
      payload: singleFieldJson(reading, field, { receivedMs }),
      error: field.error,
    }));
  }

  /** Notes the refused values of a reading that has no other, and is kept whole. */
  refusedWhole(schema: MachineSchema, row: Row, receivedMs: number): void {
    for (const field of row.refused) this.refuse(schema, field, receivedMs);
  }

  private refuse(schema: MachineSchema, field: RefusedField, receivedMs: number): boolean {
    this.counts.fieldsRefused++;
    this.toWindows(schema, field);
    return this.refused.note(schema, field, receivedMs);
  }
}
