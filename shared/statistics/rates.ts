/** Rates of events over time, such as false alarms in a machine-month, with their intervals. */

const z = 1.959963984540054;
/** The 80 % point of the normal distribution: a difference is found in four of five cases. */
const zPower = 0.8416212335729143;

export interface Rate {
  value: number;
  /** Between these it lies with 95 % confidence. */
  low: number;
  high: number;
  count: number;
  exposure: number;
}

/**
 * The rate of `count` events over an exposure; null without one. The interval is Byar's approximation to the exact Poisson limits
 * (N. E. Breslow, N. E. Day, "Statistical methods in cancer research", volume II, IARC 1987, page 69), right from one event on.
 */
export function rateOf(count: number, exposure: number): Rate | null {
  if (!(exposure > 0)) return null;
  const low = count === 0 ? 0 : count * (1 - 1 / (9 * count) - z / (3 * Math.sqrt(count))) ** 3;
  const more = count + 1;
  const high = more * (1 - 1 / (9 * more) + z / (3 * Math.sqrt(more))) ** 3;
  return { value: count / exposure, low: low / exposure, high: high / exposure, count, exposure };
}

/**
 * The exposure that each of two sides needs in all before a difference as great as theirs is found in four of five cases, with one
 * in twenty found where there is none; null if they do not differ.
 */
export function exposureNeeded(a: number, b: number): number | null {
  if (a === b) return null;
  return ((z + zPower) ** 2 * (a + b)) / (a - b) ** 2;
}
