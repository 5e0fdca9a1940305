/**
 * Words (shared/words): how times, durations, numbers and units are written for people, the same in alerts, on the page
 * and at the command line. Whole sentences belong to those who know the subject.
 */

const dayMs = 86_400_000;
const secondsMs = 10 * 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Loads the data of all locales, several MB: a gateway does without. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  formats.set(zone, made);
  return made;
}

/** True if this computer knows the time zone, e.g. Europe/Berlin. */
export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

interface Said {
  date: string;
  time: string;
  seconds: string;
  zone: string;
}

/** In the zone of this computer, which is named by its distance from UTC: `UTC+1`, `UTC-3:30`. */
function localParts(ms: number): Said {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const offset = -at.getTimezoneOffset();
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const distance = `${offset < 0 ? '-' : '+'}${hours}${minutes === 0 ? '' : `:${two(minutes)}`}`;
  return {
    date: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
    time: `${two(at.getHours())}:${two(at.getMinutes())}`,
    seconds: `:${two(at.getSeconds())}`,
    zone: offset === 0 ? 'UTC' : `UTC${distance}`,
  };
}

function partsOf(ms: number, zone: string | undefined): Said {
  if (zone === undefined) return localParts(ms);
  const found = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${found.get('year')}-${found.get('month')}-${found.get('day')}`,
    time: `${found.get('hour')}:${found.get('minute')}`,
    seconds: `:${found.get('second')}`,
    zone: found.get('timeZoneName') ?? '',
  };
}

/**
 * `08:52 UTC+1`, with seconds if that was minutes before `nowMs`, and with the date if it is far from it. @param zone that
 * of this computer if absent; else its name, and times are like `08:52 CET`
 */
export function timeText(ms: number, nowMs: number, zone?: string): string {
  const said = partsOf(ms, zone);
  const isNear = Math.abs(nowMs - ms) < dayMs / 2 || said.date === partsOf(nowMs, zone).date;
  const seconds = Math.abs(nowMs - ms) < secondsMs ? said.seconds : '';
  return `${isNear ? '' : `${said.date} `}${said.time}${seconds} ${said.zone}`;
}

/** `2026-11-28 08:52 CET` */
export function dateTimeText(ms: number, zone?: string): string {
  const said = partsOf(ms, zone);
  return `${said.date} ${said.time} ${said.zone}`;
}

/** Day of the week (0: Sunday) and time, `06:05`, as the clock on the wall shows them. @param zone that of this computer if absent */
export function wallClockOf(ms: number, zone?: string): { weekday: number; time: string } {
  const { date, time } = partsOf(ms, zone);
  const [day, month, year] = date.split(/[-/]/).map(Number).reverse() as [number, number, number];
  return { weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay(), time };
}

/** The zone of this computer by its name: `Europe/Berlin`. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** `2026-11-28 08:52`, or with seconds, in the zone of this computer, for texts that name it once. */
export function localTimeText(ms: number, withSeconds = false): string {
  const { date, time, seconds } = localParts(ms);
  return `${date} ${time}${withSeconds ? seconds : ''}`;
}

const written =
  /(?:(\d{4}-\d\d-\d\d) )?\b(\d\d:\d\d)(:\d\d)? (?:UTC|GMT)(?:([+-]\d{1,2})(?::(\d\d))?)?(?![\w+-]|:\d)/g;

/**
 * A sentence whose times were written elsewhere, as by `timeText` without a zone, with these times in the zone of this computer, for texts that
 * name it once. @param nearMs when it was written: a time without a date is the one that is nearest
 */
export function withLocalTimes(text: string, nearMs: number): string {
  return text.replace(
    written,
    (_, date: string | undefined, time: string, seconds = '', hours = '+0', rest = '0') => {
      const offsetMs = (Number(hours) * 60 + (hours.startsWith('-') ? -1 : 1) * Number(rest)) * 60_000;
      const day = date ?? new Date(nearMs + offsetMs).toISOString().slice(0, 10);
      const saidMs = Date.parse(`${day}T${time}${seconds}Z`) - offsetMs;
      const days = date === undefined ? Math.round((nearMs - saidMs) / dayMs) : 0;
      const here = localParts(saidMs + days * dayMs);
      return `${date === undefined ? '' : `${here.date} `}${here.time}${seconds === '' ? '' : here.seconds}`;
    },
  );
}

/** `40 s`, `12 min`, `3 h 20 min`, `4 d 6 h` */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const spans = [
  { name: 'd', ms: 86_400_000, fromMs: 4 * 86_400_000 },
  { name: 'h', ms: 3_600_000, fromMs: 2 * 3_600_000 },
  { name: 'min', ms: 60_000, fromMs: 2 * 60_000 },
  { name: 's', ms: 1_000, fromMs: 0 },
] as const;

/** `about 36 h of running (20 to 60 h)`: remaining life in time, all three in one unit. */
export function runningTimeText({ p10, p50, p90 }: { p10: number; p50: number; p90: number }): string {
  const { name, ms } = spans.find(({ fromMs }) => p50 >= fromMs) ?? spans[3];
  const text = (of: number) => {
    const count = of / ms;
    return String(count >= 10 ? Math.round(count) : Number(count.toFixed(1)));
  };
  return `about ${text(p50)} ${name} of running (${text(p10)} to ${text(p90)} ${name})`;
}
