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
  return /^\d{4}-\d\d-\d\d/.test(value) ? fromIso(value) : undefined;
}

/** A time without a zone is in the gateway's own. `Date` supports only ms, and only a point before them. */
function fromIso(text: string): Moment | undefined {
  const found = /^(.{10,19}?)[.,](\d{1,9})(\D.*)?$/.exec(text);
  const [, whole = text, fraction = '', zone = ''] = found ?? [];
  const ms = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(ms)) return undefined;
  const digits = fraction.padEnd(9, '0');
  return { ms: ms + Number(digits.slice(0, 3)), ns: Number(digits.slice(3)) };
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
  return {
    ms: whole,
    ns: whole === ms ? 0 : (Math.round((ms - whole) * 1_000) * 1_000) % 1_000_000,
  };
}

/** Parses the digits as sent, because a count of ns has more than a double can hold. */
export function fromDigits(digits: string): Moment | undefined {
  if (digits.length < 18) return fromNumber(Number(digits));
  return { ms: Number(digits.slice(0, -6)), ns: Number(digits.slice(-6)) };
}
