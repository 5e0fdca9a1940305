/**
 * Serialises a detector's learnt state. The bytes are 8-byte little-endian numbers: first the version, the number of
 * sensors, the rows of warm-up and whether there is a clock; then the arrays, one after the other. The length depends
 * only on these first numbers.
 */
import { HarbingerError } from '../runtime/errors.ts';
import type { DetectorNumbers, ProfileLayout } from './detector-layout.ts';
import { parameters } from './sensors/parameters.ts';
import { sensorSize } from './sensors/sensor-layout.ts';
import { sideSize, streamSize } from './sensors/tail.ts';

/** Must be raised when the same bytes get another meaning. */
export const stateVersion = 1;

const sensorsMax = 1_024;
const numberBytes = 8;

export interface StateHead {
  sensors: number;
  warmUpRows: number;
  hasClock: boolean;
}

type Numbers = Float32Array | Float64Array;

/** All learnt numbers, in the order of the bytes. Seasonal means are copied from bin by sensor to sensor by bin. */
function arraysOf({ layout, floats, doubles }: DetectorNumbers): Numbers[] {
  const { sensors } = layout;
  const single = (at: number, length: number) => floats.subarray(at, at + length);
  const double = (at: number, length: number) => doubles.subarray(at, at + length);
  return [
    ...[double(layout.origin, sensors), double(layout.unit, sensors), single(0, sensors * sensorSize)],
    ...[single(layout.blame, 2 * sensors), single(layout.distances, streamSize), double(layout.limits, 4)],
    ...[single(layout.health, parameters.health.points), single(layout.tails, 2 * sideSize)],
    ...[double(layout.onset, 2), single(layout.moments, 3 * sensors)],
    ...[single(layout.covariance, sensors ** 2), single(layout.precision, sensors ** 2)],
    ...layout.profiles.flatMap(({ bins, means, current, misses }) => [
      transposed(single(means, bins * sensors), sensors),
      single(current, 2 * sensors),
      single(misses, sensors),
    ]),
  ];
}

/** Transposes rows of `width` numbers into columns. */
function transposed(rows: Float32Array, width: number): Float32Array {
  const columns = new Float32Array(rows.length);
  const height = rows.length / width;
  for (let row = 0, from = 0; row < height; row++) {
    for (let at = row; at < rows.length; at += height) columns[at] = rows[from++]!;
  }
  return columns;
}

export function stateOf(head: StateHead, numbers: DetectorNumbers): Uint8Array<ArrayBuffer> {
  return pack(head, [...numbers.doubles.subarray(0, numbers.layout.scalars)], arraysOf(numbers));
}

/** Fills `numbers` from `bytes`. @throws HarbingerError DETECTOR_STATE */
export function stateFrom(bytes: Uint8Array, numbers: DetectorNumbers): void {
  const { layout, floats, doubles } = numbers;
  const arrays = arraysOf(numbers);
  doubles.set(unpack(bytes, layout.scalars, arrays));
  const seasons = arrays.slice(arrays.length - 3 * layout.profiles.length);
  layout.profiles.forEach(({ bins, means }: ProfileLayout, i) => {
    floats.set(transposed(seasons[3 * i] as Float32Array, bins), means);
  });
}

const bytesOf = (array: Numbers) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const lengthOf = (arrays: Numbers[]) => arrays.reduce((sum, array) => sum + array.byteLength, 0);

function pack(head: StateHead, scalars: number[], arrays: Numbers[]): Uint8Array<ArrayBuffer> {
  const numbers = Float64Array.of(
    ...[stateVersion, head.sensors, head.warmUpRows, Number(head.hasClock)],
    ...scalars,
  );
  const bytes = new Uint8Array(numbers.byteLength + lengthOf(arrays));
  let at = 0;
  for (const array of [numbers, ...arrays]) {
    bytes.set(bytesOf(array), at);
    at += array.byteLength;
  }
  return bytes;
}

function numbersAt(bytes: Uint8Array, first: number, count: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset + first * numberBytes, count * numberBytes);
  return Array.from({ length: count }, (_, i) => view.getFloat64(i * numberBytes, true));
}

/** @throws HarbingerError DETECTOR_STATE */
export function readHead(bytes: Uint8Array): StateHead {
  if (bytes.length < 4 * numberBytes) throw stateError();
  const [version, sensors, warmUpRows, hasClock] = numbersAt(bytes, 0, 4) as [number, number, number, number];
  const isCount = Number.isInteger(sensors) && sensors >= 0 && sensors <= sensorsMax;
  if (version !== stateVersion || !isCount || !(warmUpRows >= 0)) throw stateError();
  return { sensors, warmUpRows, hasClock: hasClock === 1 };
}

/**
 * Fills `arrays` with what follows the first `scalars` numbers, and returns these. @throws HarbingerError
 * DETECTOR_STATE
 */
function unpack(bytes: Uint8Array, scalars: number, arrays: Numbers[]): number[] {
  let at = (4 + scalars) * numberBytes;
  if (bytes.length !== at + lengthOf(arrays)) throw stateError();
  for (const array of arrays) {
    bytesOf(array).set(bytes.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
  return numbersAt(bytes, 4, scalars);
}

function stateError(): HarbingerError {
  return new HarbingerError(
    'DETECTOR_STATE',
    'intelligence',
    'the saved normal does not fit this version of the detector: let the machine learn it anew',
  );
}
