import { HarbingerError } from '../runtime/errors.ts';

/** What a detector has learnt, ready for JSON: numbers, and typed arrays as base64 of their bytes (little-endian). */
export interface DetectorState {
  version: 1;
  sensors: number;
  warmUpRows: number;
  hasClock: boolean;
  scalars: number[];
  arrays: string[];
}

type Numbers = Float32Array | Float64Array;

const bytesOf = (array: Numbers) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

export function packed(arrays: Numbers[], scalars: number[]): Pick<DetectorState, 'arrays' | 'scalars'> {
  return { scalars, arrays: arrays.map((array) => bytesOf(array).toString('base64')) };
}

/** Fills `arrays`; returns the scalars. @throws HarbingerError DETECTOR_STATE */
export function unpack(state: DetectorState, arrays: Numbers[]): number[] {
  const saved = state.arrays.map((text) => Buffer.from(text, 'base64'));
  const fits =
    saved.length === arrays.length && saved.every((bytes, i) => bytes.length === arrays[i]!.byteLength);
  if (state.version !== 1 || !fits) {
    throw new HarbingerError(
      'DETECTOR_STATE',
      'intelligence',
      'the saved normal does not fit this version of the detector: let the machine learn it anew',
    );
  }
  saved.forEach((bytes, i) => {
    bytesOf(arrays[i]!).set(bytes);
  });
  return state.scalars;
}
