/** Bands that are told: what others let expect of a sensor goes on in a line, to currents below 0 and temperatures at which nothing runs. */
import type { BeyondRange } from './usual-range.ts';

type Shown = { low: number; high: number } | null | undefined;
type Band = Pick<BeyondRange, 'level' | 'low' | 'high'>;

/** The same with what is usual beside the others within what the sensor ever showed, or shows. */
export function withinShown(each: BeyondRange, shown: Shown): BeyondRange {
  if (!shown || !(each.isBesideOthers || each.shift === 'level')) return each;
  const least = Math.min(shown.low, each.level);
  const most = Math.max(shown.high, each.level);
  const within = (value: number) => Math.min(most, Math.max(least, value));
  return { ...each, low: within(each.low), high: within(each.high) };
}

export const isOutside = ({ level, low, high }: Band): boolean => level < low || level > high;

/** Returns those that are told: a sensor at the end of what it can show, as humidity at 99 %, is named only if no other one is. */
export function toldOf(all: readonly BeyondRange[], shown: (column: number) => Shown): BeyondRange[] {
  const told = all.map((each) => withinShown(each, shown(each.column)));
  const outside = told.filter(isOutside);
  return outside.length > 0 ? outside : told;
}
