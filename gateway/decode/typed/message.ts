import type { RawMessage, TypedReadings } from '../../ports/source.ts';
import { writeReadings } from './write.ts';

const originLengthMax = 256;

/** Makes a message on its way to the data thread of what a source hands in as readings. */
export function readingsMessage({ origin, readings, ...about }: TypedReadings): RawMessage {
  const topic = origin.slice(0, originLengthMax);
  return { ...about, topic, payload: writeReadings(readings), form: 'readings' };
}
