/**
 * Columns (shared/detector/columns): what a detector has learnt, for other columns: a machine has got a further sensor, or one of its
 * sensors is to be learnt anew, and what is known of the others stays.
 */
import { type DetectorNumbers, newNumbers } from '../detector-layout.ts';
import { sensorSize } from '../sensors/sensor-layout.ts';
import { sideSize, streamSize } from '../sensors/tail.ts';

/** By column: the column before, of which everything stays; −1: it has none, and is learnt from its first value on. */
export type ColumnsBefore = readonly number[];

/** As many columns as before, and `added` further ones. */
export const withFurther = (columns: number, added: number): ColumnsBefore =>
  Array.from({ length: columns + added }, (_, i) => (i < columns ? i : -1));

/** The same columns, of which one is learnt anew. */
export const withoutKnowing = (columns: number, column: number): ColumnsBefore =>
  Array.from({ length: columns }, (_, i) => (i === column ? -1 : i));

/** Returns the numbers of a detector of these columns, with all that those before have learnt. */
export function numbersFor(before: DetectorNumbers, columns: ColumnsBefore): DetectorNumbers {
  const hasClock = before.layout.profiles.length > 0;
  const made = newNumbers(columns.length, hasClock);
  const kept = columns.flatMap((from, to) => (from < 0 ? [] : [{ from, to }]));
  copyShared(before, made);
  for (const { from, to } of kept) copySensor(before, made, from, to);
  for (const one of kept) for (const other of kept) copyPair(before, made, one, other);
  return made;
}

/** Copies what does not belong to a sensor: counts, limits, the distances that there were. */
function copyShared(before: DetectorNumbers, made: DetectorNumbers): void {
  const [a, b] = [before.layout, made.layout];
  const shared = Math.min(a.scalars, b.scalars) - a.profiles.length;
  made.doubles.set(before.doubles.subarray(0, shared));
  const doubles = (at: 'limits' | 'onset', length: number) =>
    made.doubles.set(before.doubles.subarray(a[at], a[at] + length), b[at]);
  doubles('limits', 4);
  doubles('onset', 2);
  const floats = (at: 'distances' | 'tails' | 'health', length: number) =>
    made.floats.set(before.floats.subarray(a[at], a[at] + length), b[at]);
  floats('distances', streamSize);
  floats('tails', 2 * sideSize);
  floats('health', a.floats - a.health);
  if (!haveSameBins(before, made)) return;
  a.profiles.forEach(({ bin }, i) => {
    made.doubles[b.profiles[i]!.bin] = before.doubles[bin]!;
  });
}

function copySensor(before: DetectorNumbers, made: DetectorNumbers, from: number, to: number): void {
  const [a, b] = [before.layout, made.layout];
  made.doubles[b.origin + to] = before.doubles[a.origin + from]!;
  made.doubles[b.unit + to] = before.doubles[a.unit + from]!;
  const own = before.floats.subarray(from * sensorSize, (from + 1) * sensorSize);
  made.floats.set(own, to * sensorSize);
  const copy = (at: number, into: number) => {
    made.floats[into] = before.floats[at]!;
  };
  for (let part = 0; part < 2; part++)
    copy(a.blame + part * a.sensors + from, b.blame + part * b.sensors + to);
  for (let part = 0; part < 3; part++)
    copy(a.moments + part * a.sensors + from, b.moments + part * b.sensors + to);
  // Many sensors have coarser seasons than few: they are learnt anew.
  if (!haveSameBins(before, made)) return;
  a.profiles.forEach((profile, i) => {
    const mine = b.profiles[i]!;
    copy(profile.misses + from, mine.misses + to);
    for (let part = 0; part < 2; part++)
      copy(profile.current + 2 * from + part, mine.current + 2 * to + part);
    for (let bin = 0; bin < profile.bins; bin++)
      copy(profile.means + bin * a.sensors + from, mine.means + bin * b.sensors + to);
  });
}

type Kept = { from: number; to: number };

function copyPair(before: DetectorNumbers, made: DetectorNumbers, one: Kept, other: Kept): void {
  const [a, b] = [before.layout, made.layout];
  for (const at of ['covariance', 'precision'] as const)
    made.floats[b[at] + one.to * b.sensors + other.to] =
      before.floats[a[at] + one.from * a.sensors + other.from]!;
}

const haveSameBins = ({ layout: a }: DetectorNumbers, { layout: b }: DetectorNumbers): boolean =>
  a.profiles.length === b.profiles.length && a.profiles.every(({ bins }, i) => bins === b.profiles[i]!.bins);
