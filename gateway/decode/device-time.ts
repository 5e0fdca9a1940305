/** A moment as whole ms since 1970 and ns within that ms (0 … 999,999), which is exact where a double of ns is not. */
export interface Moment {
  ms: number;
  ns: number;
}

/** The unit of a plain number follows from its size: s until the year 5138, then ms, µs, ns. */
const secondsBelow = 1e11;
const millisecondsBelow = 1e14;
const microsecondsBelow = 1e17;

/**
 * Parses a device's time from a number or an ISO 8601 text; undefined if it is neither. The result for a count of ms
 * may be written to `reuse`.
 */
export function parseDeviceTime(value: unknown, reuse?: Moment): Moment | undefined {
  if (typeof value === 'number') {
    if (!reuse || !Number.isInteger(value) || value < secondsBelow || value >= millisecondsBelow)
      return fromNumber(value);
    reuse.ms = value;
    reuse.ns = 0;
    return reuse;
  }
  if (typeof value !== 'string' || value.length > 40) return undefined;
  if (/^\d{1,19}$/.test(value)) return fromDigits(value);
  if (/^\d{1,17}\.\d{1,9}$/.test(value)) return fromNumber(Number(value));
  if (basicForm.test(value)) return fromIso(withMarks(value));
  return /^\d{4}-\d\d-\d\d/.test(value) ? fromIso(value) : undefined;
}

/** ISO 8601's form without marks, such as 20261129T050631Z, which `Date` does not know. */
const basicForm = /^(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(\d\d)?(.*)$/;

function withMarks(text: string): string {
  return text.replace(
    basicForm,
    (_, year, month, day, hour, minute, second, rest) =>
      `${year}-${month}-${day}T${hour}:${minute}${second === undefined ? '' : `:${second}`}${rest}`,
  );
}

/** A zone in hours, or hours and minutes, after the time of day. */
const zoneForm = /^(.{10}.*\d) ?([+-])(\d\d)(?::?(\d\d))?$/;
/** Kiribati is 14 hours ahead of UTC, and nothing is further. */
const zoneHoursMax = 14;

/**
 * Writes the zone as `Date` knows it everywhere: not the whole hours of ISO 8601 and PostgreSQL (+02). Returns undefined if
 * no zone is that far from UTC: `Date` takes +99.
 */
function withFullZone(text: string): string | undefined {
  const [, moment, sign, hours, minutes = '00'] = zoneForm.exec(text) ?? [];
  if (moment === undefined) return text;
  return Number(hours) > zoneHoursMax || Number(minutes) > 59
    ? undefined
    : `${moment}${sign}${hours}:${minutes}`;
}

const dayMs = 86_400_000;
/** The numbers of a date and time; seconds and all that follows them may be absent. */
const isoParts = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d))?)?/;

/** A time without a zone is in the gateway's own. `Date` supports only ms, and only a point before them. */
function fromIso(said: string): Moment | undefined {
  const text = withFullZone(said);
  const parts = text === undefined ? null : isoParts.exec(text);
  if (text === undefined || !parts || !isDate(parts)) return undefined;
  const isLeapSecond = parts[6] === '60';
  // `Date` takes the 30th of February for the 2nd of March, and no second of 60.
  const sound = isLeapSecond ? `${text.slice(0, 17)}59${text.slice(19)}` : text;
  const found = /^(.{10,19}?)[.,](\d{1,9})(\D.*)?$/.exec(sound);
  const [, whole = sound, fraction = '', zone = ''] = found ?? [];
  const ms = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  if (isLeapSecond && !precedesLeapSecond(ms)) return undefined;
  const digits = fraction.padEnd(9, '0');
  return { ms: ms + (isLeapSecond ? 1_000 : 0) + Number(digits.slice(0, 3)), ns: Number(digits.slice(3)) };
}

/** True if a leap second may follow the second that begins then: the last one of a month in UTC, whatever the zone in which it is written. */
export function precedesLeapSecond(ms: number): boolean {
  const next = new Date(ms + 1_000);
  return next.getUTCDate() === 1 && (ms + 1_000) % dayMs === 0;
}

/** True if a day and a time of day exist. A second of 60 may be a leap second. */
function isDate(parts: readonly (string | undefined)[]): boolean {
  const [year, month, day, hour, minute, second] = parts
    .slice(1)
    .map((part) => Number(part ?? 0)) as number[];
  const days = new Date(Date.UTC(year!, month!, 0)).getUTCDate();
  if (month! < 1 || month! > 12 || day! < 1 || day! > days) return false;
  if (hour === 24) return minute === 0 && second === 0;
  return hour! < 24 && minute! < 60 && second! <= 60;
}

function fromNumber(value: number): Moment | undefined {
  if (!Number.isFinite(value) || value < 0) return undefined;
  if (value < secondsBelow) return fromFraction(value * 1_000);
  if (value < millisecondsBelow) return fromFraction(value);
  if (value < microsecondsBelow)
    return {
      ms: Math.floor(value / 1_000),
      ns: Math.floor(value % 1_000) * 1_000,
    };
  return { ms: Math.floor(value / 1e6), ns: value % 1e6 };
}

/** A double of ms is exact to about 0.2 µs today, so whole µs are kept. */
function fromFraction(ms: number): Moment {
  const whole = Math.floor(ms);
  const us = Math.round((ms - whole) * 1_000);
  // A product such as 2147561460.417 × 1,000 is a little less than the whole ms that it is.
  return us === 1_000 ? { ms: whole + 1, ns: 0 } : { ms: whole, ns: us * 1_000 };
}

/** Parses the digits as sent, because a count of ns has more than a double can hold. */
export function fromDigits(digits: string): Moment | undefined {
  if (digits.length < 18) return fromNumber(Number(digits));
  return { ms: Number(digits.slice(0, -6)), ns: Number(digits.slice(-6)) };
}
