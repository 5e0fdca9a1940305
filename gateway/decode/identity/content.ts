/** Hashes of a reading's content, which distinguish it from other readings. */

import { stateCode } from '../../../shared/domain/states.ts';
import { finish, hashText, mix, mixFloat } from '../hash.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { ReadingClaim, Row } from '../row.ts';

/** Adds a text of a state that is not stored in its column, as if it were. */
export function addUnstored(schema: MachineSchema, { unstored }: Row, column: number, text: string): void {
  const sensor = schema.set.sensorHashes[column]!;
  unstored.content = (unstored.content + finish(mixFloat(sensor, stateCode(text)))) | 0;
  unstored.sensors = (unstored.sensors + sensor) | 0;
}

/**
 * Hash of the whole content, never 0. Independent of the order of columns, which may differ after a restart on an open
 * type.
 */
export function fingerprint(schema: MachineSchema, reading: ReadingClaim, row: Row): number {
  let hash = (0x1b873593 + row.unstored.content) | 0;
  for (let column = 0; column < schema.set.sensors.length; column++) {
    const value = row.values[column]!;
    if (!Number.isNaN(value)) hash = (hash + finish(mixFloat(schema.set.sensorHashes[column]!, value))) | 0;
  }
  if (reading.id !== undefined) hash = mix(hash, hashText(reading.id)[0]);
  if (reading.seq !== undefined) hash = mixFloat(hash, reading.seq);
  if (reading.deviceTime) hash = mix(mixFloat(hash, reading.deviceTime.ms), reading.deviceTime.ns);
  return finish(hash) || 1;
}

/** Hash of the set of sensors that have a value. */
export function sensorsOf(schema: MachineSchema, row: Row): number {
  let hash = row.unstored.sensors;
  for (let column = 0; column < schema.set.sensors.length; column++) {
    if (!Number.isNaN(row.values[column]!)) hash = (hash + schema.set.sensorHashes[column]!) | 0;
  }
  return hash;
}
