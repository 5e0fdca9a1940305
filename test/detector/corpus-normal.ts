import { gaussian, type Random } from '../../shared/runtime/random.ts';

const dayMs = 86_400_000;
const between = (random: Random, low: number, high: number) => low + (high - low) * random.next();
type Maker = (timesMs: Float64Array, random: Random) => Float64Array;

/** An exponentially distributed deviate with mean 1. */
const exponential = (random: Random) => -Math.log(1 - random.next());

function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gaussian(random)));
  let count = 0;
  for (let left = Math.exp(-mean), p = random.next(); p > left; p *= random.next()) count++;
  return count;
}

/** A smooth daily shape with a few harmonics, about −1 … 1. */
function dayShape(random: Random): (phase: number) => number {
  const parts = [1, 2, 3].map((harmonic) => ({
    harmonic,
    size: between(random, 0.2, 1) / harmonic,
    at: between(random, 0, 6.28),
  }));
  const total = parts.reduce((sum, part) => sum + part.size, 0);
  return (phase) =>
    parts.reduce((sum, { harmonic, size, at }) => sum + size * Math.sin(6.2832 * harmonic * phase + at), 0) /
    total;
}

function autoregression(random: Random, memory: number): () => number {
  let state = 0;
  return () => (state = memory * state + Math.sqrt(1 - memory * memory) * gaussian(random));
}

const makers = {
  daily(timesMs, random) {
    const shape = dayShape(random);
    const noise = between(random, 0.02, 0.15);
    return timesMs.map((time) => 50 + 20 * shape(time / dayMs) + 20 * noise * gaussian(random));
  },
  dailySquare(timesMs, random) {
    const on = between(random, 0.2, 0.4);
    const off = between(random, 0.6, 0.8);
    const noise = between(random, 0, 3);
    return timesMs.map((time) => {
      const phase = (time / dayMs) % 1;
      return (phase > on && phase < off ? 80 : 20) + noise * gaussian(random);
    });
  },
  weekly(timesMs, random) {
    const work = dayShape(random);
    const rest = dayShape(random);
    const noise = between(random, 0.04, 0.1);
    const slow = autoregression(random, 0.98);
    return timesMs.map((time) => {
      const isRest = Math.floor(time / dayMs + 3) % 7 >= 5;
      const shape = isRest ? 0.6 + 0.5 * rest(time / dayMs) : 1.2 + 0.9 * work(time / dayMs);
      return 1_000 * Math.max(0.05, shape + noise * (gaussian(random) + slow()));
    });
  },
  noise: (timesMs, random) => timesMs.map(() => 10 + gaussian(random)),
  autoregressive(timesMs, random) {
    const next = autoregression(random, between(random, 0.6, 0.95));
    return timesMs.map(() => 100 + 5 * next());
  },
  walk(timesMs, random) {
    let level = 500;
    return timesMs.map(() => {
      level += 0.3 * gaussian(random);
      return level + 0.2 * gaussian(random);
    });
  },
  drifting(timesMs, random) {
    const slope = between(random, -1, 1) * 0.01;
    const next = autoregression(random, 0.8);
    return timesMs.map((_, i) => 60 + slope * i + 2 * next());
  },
  bursty(timesMs, random) {
    const shape = dayShape(random);
    return timesMs.map((time) => {
      const base = 20 * (1.3 + shape(time / dayMs));
      return poisson(random, base) + (random.next() < 0.01 ? Math.round(20 * exponential(random)) : 0);
    });
  },
  counts: (timesMs, random) => timesMs.map(() => poisson(random, 4)),
  utilisation(timesMs, random) {
    const base = between(random, 2, 30);
    return timesMs.map(
      () =>
        base +
        0.1 * Math.round(10 * gaussian(random)) +
        (random.next() < 0.02 ? 0.5 * base * random.next() : 0),
    );
  },
  levels(timesMs, random) {
    let level = 1;
    return timesMs.map(() => {
      if (random.next() < 0.012) level = Math.floor(4 * random.next());
      return 30 * level + gaussian(random);
    });
  },
  thermal(timesMs, random) {
    const slow = autoregression(random, 0.998);
    const quick = autoregression(random, 0.7);
    const shape = dayShape(random);
    return timesMs.map((time) => 80 + 6 * slow() + 0.8 * quick() + 2 * shape(time / dayMs));
  },
  spiky(timesMs, random) {
    const every = Math.round(between(random, 20, 60));
    return timesMs.map(
      (_, i) => 5 + 0.5 * gaussian(random) + (i % every < 2 ? 20 + 3 * gaussian(random) : 0),
    );
  },
  flat: (timesMs) => timesMs.map(() => 45),
} satisfies Record<string, Maker>;

export type NormalKind = keyof typeof makers;
export const normalSeries: Record<NormalKind, Maker> = makers;
