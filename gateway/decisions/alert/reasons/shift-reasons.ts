/** Formulates what has slowly shifted on a machine, by the mean of a day. */
import type { BeyondUsual } from '../../../ports/decision.ts';

/** @param unit of the sensor, with its blank */
export function shiftReason(
  { sensor, level, low, high, shift, beside }: BeyondUsual,
  unit: string,
  numberText: (value: number) => string,
): string {
  const text = (value: number) => numberText(Math.abs(value));
  if (shift === 'twin') {
    const most = Math.max(Math.abs(low), Math.abs(high));
    return `${sensor} shows ${text(level)}${unit} ${level < 0 ? 'less' : 'more'} than ${beside}, and they were never more than ${text(most)}${unit} apart: the probes disagree: check the probes`;
  }
  if (shift === 'run')
    return `each time that ${sensor} is up it stays so for about ${text(level)} min; ${text(Math.max(0, low))} to ${text(high)} min is usual: what it drives takes longer`;
  return `${sensor} is about ${numberText(level)}${unit} for more than a day, which the other sensors do not explain; on ordinary days it is between ${numberText(low)} and ${numberText(high)}${unit} on average`;
}
