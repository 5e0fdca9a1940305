import { gaussian, type Random } from '../../shared/runtime/random.ts';
import type { Interval } from './series.ts';

const between = (random: Random, low: number, high: number) => low + (high - low) * random.next();
type Maker = (values: Float64Array, at: number, random: Random, stepMs: number) => Interval;

/**
 * Spread of up to 1,000 rows before `at`: the standard deviation of the values, a robust standard deviation
 * of the changes from row to row (from their median), and the extremes.
 */
function spreads(
  values: Float64Array,
  at: number,
): { value: number; change: number; max: number; min: number } {
  const past = values.slice(Math.max(0, at - 1_000), at);
  const mean = past.reduce((sum, value) => sum + value, 0) / past.length;
  const value = Math.sqrt(past.reduce((sum, each) => sum + (each - mean) ** 2, 0) / past.length);
  const changes = past
    .slice(1)
    .map((each, i) => Math.abs(each - past[i]!))
    .sort();
  const change = changes[changes.length >> 1]! / 0.954;
  return {
    value: value || 1,
    change: change || 0.3 * (value || 1),
    max: Math.max(...past),
    min: Math.min(...past),
  };
}

function change(
  values: Float64Array,
  start: number,
  length: number,
  to: (value: number, i: number) => number,
): Interval {
  const end = Math.min(values.length, start + length);
  for (let i = start; i < end; i++) values[i] = to(values[i]!, i - start);
  return { start, end };
}

const sign = (random: Random) => (random.next() < 0.5 ? -1 : 1);
const dayRows = (stepMs: number) => Math.max(24, Math.round(86_400_000 / stepMs));

const makers = {
  spike(values, at, random) {
    const { change: noise, value } = spreads(values, at);
    const size = sign(random) * Math.max(between(random, 8, 16) * noise, between(random, 2, 4) * value);
    return change(values, at, 1 + Math.floor(3 * random.next()), (each) => each + size);
  },
  shift(values, at, random) {
    const size = sign(random) * between(random, 2.5, 5) * spreads(values, at).value;
    return change(values, at, Math.round(between(random, 100, 300)), (each) => each + size);
  },
  /** A step that stays; only its first 100 rows are labelled. */
  jump(values, at, random) {
    const size = sign(random) * between(random, 25, 50) * spreads(values, at).change;
    change(values, at, values.length, (each) => each + size);
    return { start: at, end: Math.min(values.length, at + 100) };
  },
  newLevel(values, at, random) {
    const { max, min } = spreads(values, at);
    const size = (max - min) * between(random, 0.4, 0.8);
    return change(values, at, Math.round(between(random, 100, 200)), (each) => each + size);
  },
  ramp(values, at, random) {
    const size = sign(random) * between(random, 5, 9) * spreads(values, at).value;
    const length = Math.round(between(random, 120, 250));
    return change(values, at, length, (each, i) => each + (size * i) / length);
  },
  noise(values, at, random) {
    const size = between(random, 4, 7) * spreads(values, at).change;
    return change(values, at, Math.round(between(random, 60, 200)), (each) => each + size * gaussian(random));
  },
  stuck(values, at, random) {
    const held = values[at]!;
    return change(values, at, Math.round(between(random, 60, 200)), () => held);
  },
  silence: (values, at, random) => change(values, at, Math.round(between(random, 60, 200)), () => 0),
  surge(values, at, random) {
    const { value, max } = spreads(values, at);
    const size = Math.max(4 * value, 0.8 * max) * between(random, 0.8, 1.5);
    const length = Math.round(between(random, 15, 60));
    return change(
      values,
      at,
      length,
      (each, i) => each + size * Math.sin((Math.PI * (i + 1)) / (length + 1)),
    );
  },
  dip(values, at, random) {
    const size = between(random, 4, 7) * spreads(values, at).value;
    const length = Math.round(between(random, 30, 120));
    return change(
      values,
      at,
      length,
      (each, i) => each - size * Math.sin((Math.PI * (i + 1)) / (length + 1)),
    );
  },
  cooldown(values, at, random) {
    const size = between(random, 5, 9) * spreads(values, at).value;
    return change(
      values,
      at,
      Math.round(between(random, 100, 200)),
      (each, i) => each - size * (1 - Math.exp(-i / 15)),
    );
  },
  /** For one day the pattern is absent: values stay at the day's lowest level, with noise. */
  seasonSkip(values, at, random, stepMs) {
    const day = dayRows(stepMs);
    const start = Math.min(values.length - 1, Math.ceil(at / day) * day);
    const low = Math.min(...values.slice(start - day, start));
    return change(
      values,
      start,
      day,
      () => low + 0.3 * Math.abs(gaussian(random)) * spreads(values, start).change,
    );
  },
  seasonFlat(values, at, random, stepMs) {
    const day = dayRows(stepMs);
    const start = Math.min(values.length - 1, Math.ceil(at / day) * day + (day >> 3));
    const before = values.slice(start - day, start);
    const mean = before.reduce((sum, value) => sum + value, 0) / day;
    const noise = spreads(values, start).change;
    return change(values, start, day >> 1, () => mean + 0.5 * noise * gaussian(random));
  },
} satisfies Record<string, Maker>;

export type AnomalyKind = keyof typeof makers;
export const anomalies: Record<AnomalyKind, Maker> = makers;
