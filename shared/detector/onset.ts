import { parameters } from './sensors/parameters.ts';

const { decadesMin, margin, memoryRows } = parameters.onset;
const keep = Math.exp(-1 / memoryRows);

/**
 * Reports what is rarer than anything of late: an event is reported as it begins and as it grows, not at each row, and a
 * new normal not for ever. `memory[at]`: the rarity of the last event, fading. Returns the rarity, in decades, if this row
 * begins something, else 0.
 */
export function pushOnset(memory: Float64Array, at: number, decades: number): number {
  const remembered = memory[at]!;
  memory[at] = Math.max(decades, remembered * keep);
  return decades >= decadesMin && decades > remembered + margin ? decades : 0;
}
