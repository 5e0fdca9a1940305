/** Saved relations: 8-byte little-endian numbers (version, number of sensors), then all arrays. */
import { HarbingerError } from '../../runtime/errors.ts';
import { newRelationNumbers, newStateCentres, type RelationNumbers } from './layout.ts';
import { relationParameters } from './parameters.ts';

/** Must be raised when the same bytes get another meaning. */
const version = 1;
/** The same, with what is usual in each state after it. */
const versionWithStates = 2;
const headBytes = 16;

export function bytesOf({ layout, doubles, floats, centres }: RelationNumbers): Uint8Array<ArrayBuffer> {
  const head = Float64Array.of(centres ? versionWithStates : version, layout.sensors);
  const states = centres ? [centres.codes, centres.rows, centres.newestMs, centres.means] : [];
  const parts = [head, doubles, floats, ...states];
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

/** @throws HarbingerError DETECTOR_STATE */
export function numbersFrom(bytes: Uint8Array): RelationNumbers {
  if (bytes.length < headBytes) throw foreign();
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const [known, sensors] = [view.getFloat64(0, true), view.getFloat64(8, true)];
  const isCount = Number.isInteger(sensors) && sensors >= 0 && sensors <= relationParameters.sensorsMax;
  if ((known !== version && known !== versionWithStates) || !isCount) throw foreign();
  const numbers = newRelationNumbers(sensors);
  const { doubles, floats } = numbers;
  const centres = known === versionWithStates ? newStateCentres(sensors) : null;
  const states = centres ? [centres.codes, centres.rows, centres.newestMs, centres.means] : [];
  let at = headBytes;
  for (const { buffer, byteOffset, byteLength } of [doubles, floats, ...states]) {
    if (at + byteLength > bytes.length) throw foreign();
    new Uint8Array(buffer, byteOffset, byteLength).set(bytes.subarray(at, at + byteLength));
    at += byteLength;
  }
  if (at !== bytes.length) throw foreign();
  numbers.centres = centres;
  return numbers;
}

function foreign(): HarbingerError {
  return new HarbingerError(
    'DETECTOR_STATE',
    'intelligence',
    'the saved relations do not fit this version of the detector: let the machine learn them anew',
  );
}
