/**
 * Fields (gateway/decode/fields): the fields of an accepted reading that are not stored as they were sent. Fields that
 * the type does not declare are passed over and named (ignored-fields.ts); values that a sensor cannot have are refused
 * alone, so that one broken probe does not make its machine invisible (refused-fields.ts). This file composes both.
 * Whether a field is stored is decided in ../contract.ts.
 */
import type { Log } from '../../../shared/runtime/log.ts';
import type { DecodedFaults, DecodedReading, RefusedValue } from '../../ports/decode.ts';
import type { MessageForm } from '../../ports/source.ts';
import { checkReading } from '../contract.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { ReadingOrigin, RefusedField, Row } from '../row.ts';
import { singleField } from '../single-reading.ts';
import { saysOfProbe } from '../values.ts';
import { foreignFields, IgnoredFields } from './ignored-fields.ts';
import { RefusedFields } from './refused-fields.ts';
import { inOwnUnits } from './said-units.ts';

/** A refused value that is kept whole: a message with it alone, and the reason. */
export interface RefusedMessage {
  payload: Buffer;
  form?: MessageForm;
  error: Error;
}

/**
 * Finds the columns of what a decoder has refused. A sensor that has another value in the reading is well.
 * @param values those of the reading, by column
 */
function refusedFields(
  { set }: MachineSchema,
  refused: readonly RefusedValue[],
  values?: Float64Array,
): RefusedField[] {
  return refused.map(({ name, ...field }) => {
    const column = set.columns.get(name) ?? -1;
    const isWell = values !== undefined && column >= 0 && !Number.isNaN(values[column]);
    return { ...field, sensor: name, column: isWell ? -1 : column };
  });
}

const none: readonly RefusedMessage[] = [];

/** Notes what is not stored of the readings that were parsed; layouts accept none of it but fields of no sensor. */
export class FieldNotes {
  readonly counts = { fieldsRefused: 0, valuesRounded: 0 };
  readonly refused: RefusedFields;
  private readonly ignored: IgnoredFields;

  private readonly toWindows: (schema: MachineSchema, field: RefusedField) => void;

  /** @param toWindows gets each refused value that says something of its probe */
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
    if (row.ignored > 0) this.ignored.note(schema, reading);
    if (reading.rounded) {
      this.counts.valuesRounded += reading.rounded.length;
      this.ignored.noteRounded(schema, reading.rounded);
    }
    return row.refused.length === 0 ? none : this.kept(schema, reading, row.refused, receivedMs);
  }

  /** Names what is not stored of a machine's readings, that are like this one of another machine. */
  passedOver(schema: MachineSchema, reading: DecodedReading): void {
    this.ignored.note(schema, reading);
  }

  /**
   * Notes a reading without any good value, and returns what is to be kept of it.
   * @throws HarbingerError for a letter, which would otherwise vanish by being sent again
   */
  faulty(
    schema: MachineSchema,
    reading: DecodedFaults,
    { receivedMs, letter }: ReadingOrigin,
  ): readonly RefusedMessage[] {
    const kept = this.kept(schema, reading, refusedFields(schema, reading.faults), receivedMs);
    const error = letter === undefined ? undefined : reading.faults.find((fault) => fault.error)?.error;
    if (error) throw error;
    return kept;
  }

  private kept(
    schema: MachineSchema,
    reading: DecodedReading | DecodedFaults,
    refused: readonly RefusedField[],
    receivedMs: number,
  ): readonly RefusedMessage[] {
    return refused.flatMap((field) => {
      const { error } = field;
      if (!this.refuse(schema, field, receivedMs) || error === null) return [];
      return [{ ...singleField(reading, field, { receivedMs }), error }];
    });
  }

  /** Checks a reading against the contract. Of one without a value, which is kept whole, what was refused is noted. */
  check(schema: MachineSchema, reading: DecodedReading, row: Row, receivedMs: number): void {
    const { refused } = reading;
    const own = reading.units ? inOwnUnits(schema, reading) : null;
    const unlike = own?.refused ?? [];
    try {
      checkReading(schema, own?.values ?? reading.values, row);
    } catch (error) {
      for (const field of [...row.refused, ...unlike]) this.refuse(schema, field, receivedMs);
      this.unreadable(schema, refused, receivedMs);
      throw row.refused.length === 0 ? (unlike[0]?.error ?? error) : error;
    }
    row.refused.push(...unlike);
    row.ignored += foreignFields(reading, schema).length;
    if (refused) row.refused.push(...refusedFields(schema, refused, row.values));
  }

  /** Notes what came in place of values, in a message that is kept whole. */
  unreadable(schema: MachineSchema, refused: readonly RefusedValue[] | undefined, receivedMs: number): void {
    if (!refused) return;
    for (const field of refusedFields(schema, refused)) this.refuse(schema, field, receivedMs);
  }

  private refuse(schema: MachineSchema, field: RefusedField, receivedMs: number): boolean {
    if (field.isText || saysOfProbe(field.value)) this.toWindows(schema, field);
    if (field.error === null) return false;
    this.counts.fieldsRefused++;
    return this.refused.note(schema, { ...field, error: field.error }, receivedMs);
  }
}
