/**
 * Generated series with labelled anomalies, on which the detector was tuned and is tested: many kinds of
 * normal behaviour (seasonal, drifting, bursty, counted, stepping, …), each combined with suitable anomalies.
 * The same seed gives the same series.
 */
import { type Random, seededRandom } from '../../shared/runtime/random.ts';
import { type AnomalyKind, anomalies } from './corpus-anomalies.ts';
import { type NormalKind, normalSeries } from './corpus-normal.ts';
import { probationShare, type Series } from './series.ts';

const startMs = Date.UTC(2026, 0, 5);
const stepsMs = [300_000, 300_000, 300_000, 1_800_000, 3_600_000];

function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.next();
}

export function makeSeries(
  normal: NormalKind,
  kinds: readonly AnomalyKind[],
  seed: number,
  rows = 4_000,
): Series {
  const random = seededRandom(seed);
  const stepMs = stepsMs[Math.floor(random.next() * stepsMs.length)]!;
  const timesMs = Float64Array.from({ length: rows }, (_, i) => startMs + i * stepMs);
  const values = normalSeries[normal](timesMs, random);
  const first = Math.ceil(rows * probationShare);
  const part = (rows - first) / Math.max(1, kinds.length);
  const intervals = kinds.map((kind, i) => {
    const at = Math.floor(first + part * (i + between(random, 0.15, 0.7)));
    return anomalies[kind](values, at, random, stepMs);
  });
  return {
    name: `${normal} ${kinds.join('+') || 'clean'}`,
    timesMs,
    values,
    sensors: 1,
    rows,
    anomalies: intervals,
  };
}

const pairs: [NormalKind, AnomalyKind[]][] = [
  ['daily', ['shift', 'seasonSkip']],
  ['daily', ['seasonFlat']],
  ['daily', ['noise', 'spike']],
  ['dailySquare', ['seasonSkip']],
  ['dailySquare', ['shift']],
  ['dailySquare', []],
  ['weekly', ['seasonSkip', 'dip']],
  ['weekly', ['surge', 'seasonFlat']],
  ['noise', ['spike', 'shift']],
  ['noise', ['noise', 'stuck']],
  ['noise', []],
  ['autoregressive', ['spike', 'ramp']],
  ['autoregressive', ['shift', 'dip']],
  ['walk', ['spike', 'jump']],
  ['walk', []],
  ['drifting', ['ramp', 'spike']],
  ['drifting', ['stuck', 'noise']],
  ['bursty', ['surge', 'silence']],
  ['bursty', ['surge']],
  ['bursty', []],
  ['counts', ['surge', 'shift']],
  ['counts', ['silence']],
  ['utilisation', ['shift', 'spike']],
  ['utilisation', ['ramp', 'stuck']],
  ['levels', ['spike', 'noise']],
  ['levels', ['newLevel']],
  ['thermal', ['dip', 'ramp']],
  ['thermal', ['cooldown', 'spike']],
  ['spiky', ['surge', 'shift']],
  ['spiky', ['silence', 'newLevel']],
  ['flat', ['spike']],
  ['flat', []],
];

/** Generates one series per pair and seed. */
export function univariateCorpus(seeds: readonly number[]): Series[] {
  return seeds.flatMap((seed) =>
    pairs.map(([normal, kinds], i) => makeSeries(normal, kinds, 1_000 * seed + i)),
  );
}
