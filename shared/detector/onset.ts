import { parameters } from './sensors/parameters.ts';

const { decadesMin, margin, memoryRows } = parameters.onset;
const keep = Math.exp(-1 / memoryRows);

/**
 * Reports rows that are rarer than anything recent. An event is reported as it begins and as it grows, not in each of
 * its rows, and a new normal state is not reported for ever. `memory[at]` is the rarity of the last event, which
 * decays. Returns the rarity, in decades, if an event begins in this row, else 0.
 */
export function pushOnset(memory: Float64Array, at: number, decades: number): number {
  const remembered = memory[at]!;
  memory[at] = Math.max(decades, remembered * keep);
  return decades >= decadesMin && decades > remembered + margin ? decades : 0;
}
