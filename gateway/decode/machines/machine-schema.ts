import { isIdentifier } from '../../../shared/contract/topics.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { ColumnSet, ColumnSets } from './column-set.ts';

/** A machine of an open type has at most so many sensors. */
export const openSensorsMax = 64;

/** One machine as the data thread knows it: everything that is the same for each of its readings, worked out once. */
export interface MachineSchema {
  /** Index of the machine, in the order in which machines were met. */
  index: number;
  site: string;
  machine: string;
  type: MachineType;
  /** Line protocol of a reading, up to its fields. */
  prefix: string;
  /** 64 bits that stand for the machine where resends are recognised; the same after a restart. */
  hashHigh: number;
  hashLow: number;
  /** Its sensors; changes only for open types. */
  set: ColumnSet;
  sets: ColumnSets;
}

/** The column of a sensor, opened if the type is open. -1 if the type does not have it. */
export function columnOf(schema: MachineSchema, sensor: string): number {
  const { set } = schema;
  const column = set.columns.get(sensor);
  if (column !== undefined) return column;
  const count = set.sensors.length;
  if (!schema.type.openSensors || count >= openSensorsMax || !isIdentifier(sensor)) return -1;
  schema.set = schema.sets.with(set, sensor);
  return count;
}
