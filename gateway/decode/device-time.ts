/** A moment as whole ms since 1970 and ns within that ms (0 … 999,999): exact where a double of ns is not. */
export interface Moment {
  ms: number;
  ns: number;
}

/** The unit of a bare number is told by its size: s until the year 5138, then ms, µs, ns. */
const secondsBelow = 1e11;
const millisecondsBelow = 1e14;
const microsecondsBelow = 1e17;

/** A device's time from a number or an ISO 8601 text; undefined if it is neither. A count of ms may be put in `reuse`. */
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

/** Without a zone it is the gateway's own. `Date` knows no more than ms, and a point before them. */
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

/** A double of ms is exact to about 0.2 µs today: whole µs are kept. */
function fromFraction(ms: number): Moment {
  const whole = Math.floor(ms);
  return {
    ms: whole,
    ns: whole === ms ? 0 : (Math.round((ms - whole) * 1_000) * 1_000) % 1_000_000,
  };
}

/** Digits as sent: a ns count has more of them than a double can hold. */
export function fromDigits(digits: string): Moment | undefined {
  if (digits.length < 18) return fromNumber(Number(digits));
  return { ms: Number(digits.slice(0, -6)), ns: Number(digits.slice(-6)) };
}
