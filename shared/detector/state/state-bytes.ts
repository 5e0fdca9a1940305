/**
 * Saved states: 8-byte little-endian numbers (version, number of sensors, rows learnt at the full rate), then both
 * arrays. The length follows from the number of sensors.
 */
import { HarbingerError } from '../../runtime/errors.ts';
import type { StateNumbers } from './state-layout.ts';

/** Must be raised when the same bytes get another meaning. */
export const stateBytesVersion = 1;
const headBytes = 24;
const sensorsMax = 1_024;

export function bytesOf(
  learnRows: number,
  { layout, doubles, floats }: StateNumbers,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headBytes + doubles.byteLength + floats.byteLength);
  const head = Float64Array.of(stateBytesVersion, layout.sensors, learnRows);
  bytes.set(new Uint8Array(head.buffer));
  bytes.set(new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength), headBytes);
  bytes.set(
    new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
    headBytes + doubles.byteLength,
  );
  return bytes;
}

/** @throws HarbingerError DETECTOR_STATE */
export function headOf(bytes: Uint8Array): { sensors: number; learnRows: number } {
  if (bytes.length < headBytes) throw stateError();
  const view = new DataView(bytes.buffer, bytes.byteOffset, headBytes);
  const [version, sensors, learnRows] = [0, 8, 16].map((at) => view.getFloat64(at, true)) as [
    number,
    number,
    number,
  ];
  const isCount = Number.isInteger(sensors) && sensors >= 0 && sensors <= sensorsMax;
  if (version !== stateBytesVersion || !isCount || !(learnRows >= 0)) throw stateError();
  return { sensors, learnRows };
}

/** @throws HarbingerError DETECTOR_STATE */
export function fillFrom(bytes: Uint8Array, { doubles, floats }: StateNumbers): void {
  if (bytes.length !== headBytes + doubles.byteLength + floats.byteLength) throw stateError();
  const end = headBytes + doubles.byteLength;
  new Uint8Array(doubles.buffer, doubles.byteOffset, doubles.byteLength).set(bytes.subarray(headBytes, end));
  new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength).set(bytes.subarray(end));
}

function stateError(): HarbingerError {
  return new HarbingerError(
    'DETECTOR_STATE',
    'intelligence',
    'the saved normal does not fit this version of the detector: let the machine learn it anew',
  );
}
