/** Doubts about a history: whether it is of this machine, in its units, and says anything. */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Doubt } from '../../ports/retiring.ts';
import type { Baseline } from '../baselines/baseline.ts';

/** A sensor is elsewhere if it is outside its history by so many times the range, or is so many times as large, or as small. */
const awayRanges = 2;
const awayTimes = 5;
/** Share of a value by which two that differ less are as good as the same. */
const awayShare = 0.05;

/** The values of a sensor in a history. */
export interface Seen {
  values: number;
  low: number;
  high: number;
}

type Range = { low: number; high: number };

/** True if some sensor has enough values to be learnt. One that is 1 throughout looks like a state, and is not one. */
export const saysEnough = (seen: readonly Seen[], taught: Baseline, known: Baseline): boolean =>
  seen.some(({ values }, column) => values >= taught.rowsNeeded && known.kindOf(column) !== 'state');

/** @param seen by sensor of the type @param taught by the history @param known of what the machine itself has shown */
export function doubtsAbout(
  { sensors }: MachineType,
  seen: readonly Seen[],
  taught: Baseline,
  known: Baseline,
): Doubt[] {
  const quantities = sensors.flatMap(({ name }, column) => {
    const isQuantity = taught.kindOf(column) !== 'counter' && known.kindOf(column) === 'quantity';
    const found = seen[column]!;
    return isQuantity && found.values >= taught.rowsNeeded ? [{ name, column, found }] : [];
  });
  const areAllConstant = quantities.length > 0 && quantities.every(({ found }) => found.low === found.high);
  return quantities.flatMap(({ name, column, found }): Doubt[] => {
    const now = known.usualOf(column);
    const { low, high } = taught.usualOf(column) ?? found;
    const doubt = { sensor: name, low, high, nowLow: now?.low ?? null, nowHigh: now?.high ?? null };
    const isConstant = found.low === found.high && (areAllConstant || (now !== null && moves(now)));
    if (isConstant) return [{ ...doubt, is: 'constant' }];
    return now && isElsewhere({ low, high }, now) ? [{ ...doubt, is: 'elsewhere' }] : [];
  });
}

const sizeOf = ({ low, high }: Range): number => Math.max(Math.abs(low), Math.abs(high));

const moves = (range: Range): boolean => range.high - range.low > awayShare * sizeOf(range);

/** A machine that was seen at rest only, which is at 0, says nothing of where it is when it runs. */
function isElsewhere(history: Range, now: Range): boolean {
  if (now.low <= 0 && now.high >= 0) return false;
  const apart = Math.max(now.low - history.high, history.low - now.high);
  if (apart <= awayShare * Math.max(sizeOf(history), sizeOf(now))) return false;
  const widest = Math.max(history.high - history.low, now.high - now.low);
  const times = (history.low + history.high) / (now.low + now.high);
  return apart > awayRanges * widest || !(times > 1 / awayTimes && times < awayTimes);
}
