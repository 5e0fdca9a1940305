/** When the level of a sensor will reach its limits, from its trend over hours, days or weeks. Times are ms since 1970. */

/** One limit, and when it is reached: between the first and the last time with 80 %. */
export interface LimitReached {
  severity: 'warning' | 'critical';
  /** The limit, in the sensor's unit. */
  limit: number;
  earliestMs: number;
  likelyMs: number;
  /** Null: later than can be foreseen. */
  latestMs: number | null;
}

/** One side of one sensor with limits. */
export interface TimeToLimit {
  sensor: string;
  unit: string;
  side: 'high' | 'low';
  /**
   * trend: it moves towards a limit that it will reach within what can be foreseen; none: it does not, or too little is sure;
   * learning: too few days are known.
   */
  state: 'trend' | 'none' | 'learning';
  /** Newest complete time that is known, ms since 1970; null if none is. */
  asOfMs: number | null;
  /** With a trend: the level at that time, how much it changes in a day, and over what it was seen. */
  trend: { level: number; perDay: number; over: 'minutes' | 'hours' | 'days' | 'weeks' } | null;
  /** Limits that are not met yet and will be; empty without a trend. */
  limits: LimitReached[];
}
