/** Saved relations: 8-byte little-endian numbers (version, number of sensors), then both arrays. */
import { HarbingerError } from '../../runtime/errors.ts';
import { newRelationNumbers, type RelationNumbers } from './layout.ts';
import { relationParameters } from './parameters.ts';

/** Must be raised when the same bytes get another meaning. */
const version = 1;
const headBytes = 16;

export function bytesOf({ layout, doubles, floats }: RelationNumbers): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + doubles.byteLength + floats.byteLength);
  bytes.set(new Uint8Array(Float64Array.of(version, layout.sensors).buffer));
  bytes.set(new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength), headBytes);
  bytes.set(
    new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
    headBytes + doubles.byteLength,
  );
  return bytes;
}

/** @throws HarbingerError DETECTOR_STATE */
export function numbersFrom(bytes: Uint8Array): RelationNumbers {
  if (bytes.length < headBytes) throw foreign();
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const sensors = view.getFloat64(8, true);
  const isCount = Number.isInteger(sensors) && sensors >= 0 && sensors <= relationParameters.sensorsMax;
  if (view.getFloat64(0, true) !== version || !isCount) throw foreign();
  const numbers = newRelationNumbers(sensors);
  const { doubles, floats } = numbers;
  const end = headBytes + doubles.byteLength;
  if (bytes.length !== end + floats.byteLength) throw foreign();
  new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength).set(bytes.subarray(headBytes, end));
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength).set(bytes.subarray(end));
  return numbers;
}

function foreign(): HarbingerError {
  return new HarbingerError(
    'DETECTOR_STATE',
    'intelligence',
    'the saved relations do not fit this version of the detector: let the machine learn them anew',
  );
}
