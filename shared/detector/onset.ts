import { parameters } from './parameters.ts';

const { decadesMin, margin, memoryRows } = parameters.onset;
const keep = Math.exp(-1 / memoryRows);

/** What is remembered: the rarity of the last event, fading; smoothed evidence. */
export const newOnset = () => new Float64Array(2);

/**
 * Reports what is rarer than anything of late: an event is reported as it begins and as it grows, not at each row, and a
 * new normal not for ever. Returns the rarity, in decades, if this row begins something, else 0.
 */
export function pushOnset(memory: Float64Array, decades: number): number {
  const remembered = memory[0]!;
  memory[0] = Math.max(decades, remembered * keep);
  return decades >= decadesMin && decades > remembered + margin ? decades : 0;
}
