/** Doubts about a history, in words. */
import type { Doubt } from '../../../../gateway/ports/retiring.ts';
import { printable } from '../../output.ts';

const namedMax = 5;
/** So many times as much is another unit, or another machine. */
const timesMin = 2;

/** As "speed is between 700,000 and 1,450,000 there and between 700 and 1,450 here, about 1,000 times as much". */
export function doubtsText(doubts: readonly Doubt[]): string {
  const more = doubts.length - namedMax;
  return doubts.slice(0, namedMax).map(doubtText).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function doubtText({ sensor, is, low, high, nowLow, nowHigh }: Doubt): string {
  const name = printable(sensor, 64);
  const isKnown = nowLow !== null && nowHigh !== null;
  const here = isKnown ? ` and ${rangeText(nowLow, nowHigh)} here` : '';
  if (is === 'constant') return `${name} is always ${numberText(low)} in this history${here}`;
  return `${name} is ${rangeText(low, high)} in this history${here}${isKnown ? timesText(low + high, nowLow + nowHigh) : ''}`;
}

function timesText(there: number, here: number): string {
  const times = there / here;
  if (!(times > 0)) return '';
  if (times >= timesMin) return `, about ${numberText(times)} times as much`;
  return times <= 1 / timesMin ? `, about 1/${numberText(1 / times)} as much` : '';
}

const rangeText = (low: number, high: number): string =>
  low === high ? `always ${numberText(low)}` : `between ${numberText(low)} and ${numberText(high)}`;

const numberText = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
