/** Limit of remembered hours of a zone. */
const knownMax = 2_000;
const hourMs = 3_600_000;
const halfDayMs = 12 * hourMs;
/** A time of the device so far ahead says nothing of the order in an hour that comes twice. */
const orderMsMax = 3 * hourMs;

/** Times of day in one time zone, which devices without a zone of their own send. */
export class LocalTimes {
  private readonly format: Intl.DateTimeFormat;
  /** By hour since 1970, as no zone changes its offset twice in one. */
  private readonly offsets = new Map<number, number>();

  /** @throws RangeError for an unknown zone */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', era: 'short' },
    });
  }

  /**
   * Returns the time that a local one is. In the hour that comes twice it is the first, or the second if `afterMs`, the time
   * of the reading before, was later than the first; in the hour that does not exist, the clock was not yet put forward.
   * @param localMs the local time as if it were UTC
   */
  toUtc(localMs: number, afterMs = Number.NEGATIVE_INFINITY): number {
    const before = this.offset(localMs - halfDayMs);
    const behind = this.offset(localMs + halfDayMs);
    const [first, second] =
      before >= behind ? [localMs - before, localMs - behind] : [localMs - behind, localMs - before];
    if (before === behind) return first;
    const isFirst = this.offset(first) === localMs - first;
    const isSecond = this.offset(second) === localMs - second;
    if (isFirst && isSecond) return afterMs > first && afterMs - first < orderMsMax ? second : first;
    return isFirst ? first : isSecond ? second : localMs - before;
  }

  /** How far the zone is ahead of UTC, ms. */
  private offset(utcMs: number): number {
    const hour = Math.floor(utcMs / (hourMs / 4));
    const known = this.offsets.get(hour);
    if (known !== undefined) return known;
    const whole = hour * (hourMs / 4);
    const parts: Record<string, string> = {};
    for (const { type, value } of this.format.formatToParts(whole)) parts[type] = value;
    const { year, month, day, hour: hours, minute, second } = parts;
    const local = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hours),
      Number(minute),
      Number(second),
    );
    if (this.offsets.size >= knownMax) this.offsets.clear();
    this.offsets.set(hour, local - whole);
    return local - whole;
  }
}
