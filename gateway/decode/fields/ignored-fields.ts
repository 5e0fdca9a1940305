import { ToldNames } from '../../../shared/bounds/told-names.ts';
import { textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { isNumberText } from '../../../shared/contract/numbers/number-texts.ts';
import { isIdentifier } from '../../../shared/contract/topics.ts';
import { type MachineType, reservedSensors } from '../../../shared/domain/machine-type.ts';
import { isStateName, stateTextForm } from '../../../shared/domain/states.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import { isReserved } from '../contract.ts';
import { type MachineSchema, openSensorsMax } from '../machines/machine-schema.ts';
import { isSensorValue } from '../values.ts';

const furtherText =
  'a field is not stored, and neither are others, which are only counted from here on: harbinger watch shows them';
const roundedText =
  'a number is stored rounded: numbers are doubles, with integers up to 2^53 and 17 digits; send it as several fields if all digits matter';

/**
 * Logs fields that are not stored, because the machine's type has no sensor of that name or their values are not numbers,
 * once for each name and machine, so that their absence from the store is explained: of machines of one type, some may be
 * set up otherwise than the rest.
 */
export class IgnoredFields {
  private readonly told = new ToldNames();
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  /** Logs the ignored fields of a reading that was accepted. */
  note(schema: MachineSchema, reading: DecodedReading): void {
    const { type, set } = schema;
    const foreign = foreignFields(reading, schema);
    for (const [name, value] of Object.entries(reading.values)) {
      if (value === null || (set.columns.has(name) && isSensorValue(value))) continue;
      if (isReserved(name) && !foreign.includes(name)) continue;
      const isOfSensor =
        !isReserved(name) && isIdentifier(name) && isSensorValue(value) && !isTextField(name);
      if (type.openSensors && set.sensors.length < openSensorsMax && isOfSensor) continue; // QuotaRefusals says it
      this.tell(schema, name, name, () => `a field is not stored: ${whyNot(type, name, value)}`);
    }
  }

  /** Logs numbers that a double does not hold, once for each name and machine. */
  noteRounded(schema: MachineSchema, names: readonly string[]): void {
    for (const name of names) this.tell(schema, `rounded ${name}`, name, () => roundedText);
  }

  private tell(schema: MachineSchema, about: string, name: string, text: () => string): void {
    const { type, site, machine, prefix } = schema;
    const telling = this.told.note(prefix, about);
    if (telling === 'told') return;
    this.log.info(
      { type: type.name, field: name.slice(0, 64), machine: `${site}/${machine}` },
      telling === 'last' ? furtherText : text(),
    );
  }
}

/** Names that say of a reading which one it is, and when it was. */
const claims = new Set(['time', 'ts', 'timestamp', 'timestamp_ms', 'id', 'seq']);
const none: readonly string[] = [];

/**
 * The values under names that no sensor can have, although they say nothing of the reading itself: of a source that has
 * readings, all, because its names mean nothing but sensors.
 */
export function foreignFields({ values, own }: DecodedReading, { set }: MachineSchema): readonly string[] {
  let found: string[] | null = null;
  for (const name of reservedSensors) {
    // A text under such a name is a name, also if it looks like a number.
    const isValue = typeof values[name] === 'number' || typeof values[name] === 'boolean';
    if (!isValue || set.columns.has(name)) continue;
    if (own !== undefined || !claims.has(name)) found = [...(found ?? []), name];
  }
  return found ?? none;
}

const isTextField = (name: string) => name.endsWith(textFieldSuffix);

function whyNot({ name: type, openSensors }: MachineType, name: string, value: unknown): string {
  if (isReserved(name))
    return 'its name has another meaning in readings or in the store; let it be sent under another one';
  if (!openSensors) return `declare it in the type '${type}', if it is to be`;
  if (typeof value === 'string' && isStateName(name) && !isNumberText(value))
    return `the text of a state has ${stateTextForm}, and is not a word for nothing such as unknown`;
  if (typeof value !== 'number' && !(typeof value === 'string' && isNumberText(value)))
    return 'it is neither a number nor a text that is known as a state; declare it with kind = "state" in a type, if it is one';
  if (isTextField(name)) return `names with ${textFieldSuffix} at the end are kept for the texts of states`;
  return `names have up to 64 letters (a–z), digits, and _ . - after the first, and a machine up to ${openSensorsMax} of them`;
}
