import { identityNames, textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../../shared/contract/topics.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { ColumnSet, ColumnSets } from './column-set.ts';

/** Limit of sensors of an open type's machine. */
export const openSensorsMax = 64;

/** One machine as the data thread knows it: everything common to its readings, computed once. */
export interface MachineSchema {
  /** Index of the machine, in order of first appearance. */
  index: number;
  site: string;
  machine: string;
  /** The user that its first message came from, or the client if there is none; empty if only the journal knows it yet. */
  owner: string;
  type: MachineType;
  /** The beginning of a line of line protocol, up to its fields. */
  prefix: string;
  /** A 64-bit hash that represents the machine in the recognition of resends; constant across restarts. */
  hashHigh: number;
  hashLow: number;
  /** Its sensors; they change only on open types. */
  set: ColumnSet;
  sets: ColumnSets;
  /** By sensor of which the type declares no unit: the one that a message said first. Absent while none has. */
  saidUnits?: Map<string, string>;
  /** Called when the machine gets no column for a sensor, because its owner has as many as one may. */
  sensorRefused(owner: string): void;
}

/**
 * Returns the column of a sensor, opening it if the type is open; -1 if the type does not have it, the name cannot be a
 * field's, or the machine's owner has as many sensors as one may. @param isState a text opens it, and texts are its values
 */
export function columnOf(schema: MachineSchema, sensor: string, isState = false): number {
  const { set } = schema;
  const column = set.columns.get(sensor);
  if (column !== undefined) return column;
  if (!mayOpen(schema, sensor)) return -1;
  if (isState && !isIdentifier(`${sensor}${textFieldSuffix}`)) return -1;
  const larger = schema.sets.with(set, sensor, schema.owner, isState);
  if (!larger) {
    schema.sensorRefused(schema.owner);
    return -1;
  }
  schema.set = larger;
  return set.sensors.length;
}

/** True if a machine of this type and with these sensors gets another one, unless its owner has as many as one may. */
export function mayOpen({ set, type }: MachineSchema, sensor: string): boolean {
  if (!type.openSensors || set.sensors.length >= openSensorsMax) return false;
  return isIdentifier(sensor) && !identityNames.has(sensor) && !sensor.endsWith(textFieldSuffix);
}
