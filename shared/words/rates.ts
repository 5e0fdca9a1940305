/** Rates of counters as people say them: by the second, minute, hour or day. */

/** The first in which a rate is at least 1 is used, and days for what is slower. */
const spans = [
  [' a second', 1],
  [' a minute', 60],
  [' an hour', 3_600],
  [' a day', 86_400],
] as const;

/** Returns rates per second as numbers of one span of time, and the words that follow them and their unit. */
export function rateNumbers({
  level,
  low,
  high,
}: {
  level: number;
  low: number;
  high: number;
}): [level: number, low: number, high: number, per: string] {
  const most = Math.max(Math.abs(level), Math.abs(low), Math.abs(high));
  const [per, seconds] = spans.find(([, each]) => most * each >= 1) ?? spans.at(-1)!;
  return [level * seconds, low * seconds, high * seconds, per];
}
