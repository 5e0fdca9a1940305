/** What of a reading's content tells it from others, as hashes. */
import type { Row } from './contract.ts';
import { finish, hashText, mix, mixFloat } from './hash.ts';
import type { ReadingClaim } from './json-layout.ts';
import type { Series } from './machines.ts';

/** Of all of it. Not 0. The same in any order of columns: those of an open type come in another order after a restart. */
export function fingerprint(series: Series, reading: ReadingClaim, row: Row): number {
  let hash = 0x1b873593;
  for (let column = 0; column < series.set.sensors.length; column++) {
    const value = row.values[column]!;
    if (!Number.isNaN(value)) hash = (hash + finish(mixFloat(series.set.sensorHashes[column]!, value))) | 0;
  }
  if (reading.id !== undefined) hash = mix(hash, hashText(reading.id)[0]);
  if (reading.seq !== undefined) hash = mixFloat(hash, reading.seq);
  if (reading.deviceTime) hash = mix(mixFloat(hash, reading.deviceTime.ms), reading.deviceTime.ns);
  return finish(hash) || 1;
}

/** Of which sensors it has. */
export function sensorsOf(series: Series, row: Row): number {
  let hash = 0;
  for (let column = 0; column < series.set.sensors.length; column++) {
    if (!Number.isNaN(row.values[column]!)) hash = (hash + series.set.sensorHashes[column]!) | 0;
  }
  return hash;
}

/** Who counts: of a machine each set of sensors for itself. Not a hash of 32 bits, but a whole number below 2^53. */
export function senderOf(series: Series, row: Row): number {
  return series.index * 2 ** 32 + (sensorsOf(series, row) >>> 0);
}
