/** Which rows of a long list are drawn: those in sight and some around them. Heights are in pixels and known beforehand. */
export interface Drawn {
  /** The first row that is drawn, and the one after the last. */
  from: number;
  to: number;
  /** Heights of what is left out above and below. */
  above: number;
  below: number;
}

/** So many rows above and below what is in sight, so that the keyboard always finds a next one. */
const around = 6;

/** Sums of heights: entry i is the height of all rows before row i. */
export function offsetsOf(heights: readonly number[]): number[] {
  const offsets = [0];
  for (const height of heights) offsets.push(offsets.at(-1)! + height);
  return offsets;
}

/** `top`: how much of the list is above what is in sight; negative where the list begins below. */
export function drawnOf(offsets: readonly number[], top: number, height: number): Drawn {
  const count = offsets.length - 1;
  const total = offsets.at(-1) ?? 0;
  const from = Math.max(0, firstAfter(offsets, top) - 1 - around);
  const to = Math.min(count, firstAfter(offsets, top + height) + around);
  return { from, to, above: offsets[from] ?? 0, below: total - (offsets[to] ?? total) };
}

/** The first place whose offset is above `value`, by halving. */
function firstAfter(offsets: readonly number[], value: number): number {
  let [low, high] = [0, offsets.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
