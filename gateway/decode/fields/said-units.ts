import { isNumberText } from '../../../shared/contract/numbers/number-texts.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { unitText } from '../../../shared/words/units.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import { conversion, converted, unitNamed } from '../mapping/units.ts';
import type { RefusedField } from '../row.ts';

/** Sensors of a machine of which the first unit that a message has named is kept. */
const keptMax = 128;
const undeclared = '1';

/**
 * Returns the values of a reading in the units of their sensors, where its message says units: that which the machine's type declares, else
 * the first one that a message has named. A value that cannot be converted is refused, because one column must not have two units.
 * A text that nobody knows as a unit may be anything, and says nothing.
 */
export function inOwnUnits(
  schema: MachineSchema,
  { values, units = {} }: Pick<DecodedReading, 'values' | 'units'>,
): { values: DecodedReading['values']; refused: readonly RefusedField[] } {
  let own = values;
  const refused: RefusedField[] = [];
  for (const sensor in units) {
    const said = units[sensor]!;
    const value = numberOf(values[sensor]);
    const wanted = value === null || unitNamed(said) === undefined ? null : unitOf(schema, sensor, said);
    if (wanted === null || unitNamed(wanted) === undefined) continue;
    const by = conversion(said, wanted);
    if (by?.factor === 1 && by.offset === 0) continue;
    // The values may be those of a parsed message, which is not to be changed.
    if (own === values) own = Object.assign(Object.create(null), values) as DecodedReading['values'];
    if (by) {
      own[sensor] = converted(value!, by);
      continue;
    }
    delete own[sensor];
    const column = schema.set.columns.get(sensor) ?? -1;
    const sent = `${value} ${unitText(said)}`;
    refused.push({
      sensor,
      value: values[sensor],
      error: unlike(schema, sensor, said, wanted),
      column,
      sent,
    });
  }
  return { values: own, refused };
}

/** The unit in which a sensor is stored; the one of this message, where nothing else is known. */
function unitOf(schema: MachineSchema, sensor: string, said: string): string {
  const column = schema.set.columns.get(sensor);
  const declared = column === undefined ? undefined : schema.type.sensors[column]?.unit;
  if (declared !== undefined && declared !== undeclared) return declared;
  schema.saidUnits ??= new Map();
  const known = schema.saidUnits.get(sensor);
  if (known === undefined && schema.saidUnits.size < keptMax) schema.saidUnits.set(sensor, said);
  return known ?? said;
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && isNumberText(value) ? Number(value) : null;
}

function unlike(schema: MachineSchema, sensor: string, said: string, wanted: string): HarbingerError {
  const where = `sensor '${sensor}' of ${schema.site}/${schema.machine}`;
  return new HarbingerError(
    'CONTRACT_UNIT',
    'contract',
    `${where} is in ${unitText(wanted)}, and the message says ${unitText(said)}, which cannot be converted to it`,
  );
}
