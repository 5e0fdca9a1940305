/** Counters among the sensors of a baseline, by its own columns. */
import type { CounterRates } from '../usual-range/range-types.ts';
import type { SensorKinds } from './sensor-kinds.ts';

/** @param kinds of the machine now: it may be learnt anew @param own the column in a row of each that the baseline has */
export const ratesOf = (
  kinds: () => SensorKinds | null,
  own: { inRow(own: number): number },
): CounterRates => ({
  of: (sensor) => kinds()?.rateAt(own.inRow(sensor)) ?? null,
});
