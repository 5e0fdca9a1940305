/** Formats numbers, times, names and units for people. */
import { unitText } from '../../../shared/words/units.ts';
import { locale, texts } from './words/words.ts';

/** A format of `Intl` is costly to make: one for each language is kept. */
function perLanguage<T>(make: (locale: string) => T): () => T {
  const made = new Map<string, T>();
  return () => {
    const name = locale();
    const found = made.get(name) ?? make(name);
    made.set(name, found);
    return found;
  };
}

const plain = perLanguage((name) => new Intl.NumberFormat(name, { maximumSignificantDigits: 4 }));
const whole = perLanguage((name) => new Intl.NumberFormat(name, { maximumFractionDigits: 0 }));
const tenths = perLanguage((name) => new Intl.NumberFormat(name, { maximumFractionDigits: 1 }));
const clockTime = perLanguage(
  (name) => new Intl.DateTimeFormat(name, { hour: '2-digit', minute: '2-digit', second: '2-digit' }),
);
const dayTime = perLanguage(
  (name) =>
    new Intl.DateTimeFormat(name, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
);

/** Writes four significant digits; a dash where there is no number. */
export function number(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e7)) return value.toExponential(2);
  return size >= 1_000 ? whole().format(value) : plain().format(value);
}

/** Rounds a remaining life to a whole number, or to a tenth where `middle` (p50 of the same estimate) is below ten. */
export function life(value: number, middle = value): string {
  return middle < 10 ? tenths().format(value) : whole().format(value);
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${Math.round(share * 100)} %`;
}

/** Writes a duration in its largest unit, or its largest two. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min`;
  const minutes = Math.floor((s % 3_600) / 60);
  if (s < 86_400) return `${Math.floor(s / 3_600)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  return `${Math.floor(s / 86_400)} d`;
}

export function age(ms: number): string {
  const { now, ago } = texts().frame;
  return ms < 2_000 ? now : ago(duration(ms));
}

export function time(ms: number): string {
  return clockTime().format(ms);
}

/** Hours and minutes; with the day if it is another one than that of `nowMs`. */
export function shortTime(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return isToday ? clockTime().format(ms).slice(0, 5) : dateTime(ms);
}

export function dateTime(ms: number): string {
  return dayTime().format(ms);
}

const hours = perLanguage((name) => new Intl.DateTimeFormat(name, { hour: '2-digit', minute: '2-digit' }));
const days = perLanguage((name) => new Intl.DateTimeFormat(name, { day: 'numeric', month: 'short' }));
const months = perLanguage((name) => new Intl.DateTimeFormat(name, { month: 'short', year: 'numeric' }));

/** Labels of a time axis. */
export const hourText = (ms: number): string => hours().format(ms);
export const dayText = (ms: number): string => days().format(ms);
export const monthText = (ms: number): string => months().format(ms);

/** `bearing-wear` → `Bearing wear`. */
/** Bytes, in the unit that fits: `12 GB`. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${number(bytes / 1000 ** power)} ${units[power]}`;
}

export function words(name: string): string {
  const text = name.replaceAll(/[-_.]+/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Writes a unit of the Unified Code for Units of Measure (UCUM) as people write it; empty for a pure number. */
export function unit(code: string | undefined): string {
  return code === undefined ? '' : unitText(code);
}

/** Returns the end of a scale for `value`: the smallest of 1, 2, 2.5, 5 × 10ⁿ that is not below it. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value * 0.999_999) ?? 10;
  return step * power;
}
