/**
 * Tests of the watch with real models and machines that live (test/watch): what it says of whole lives and years. Tests of
 * its parts are beside them. Here: pumps that live, wear and are replaced for years, with nights, seasons and products, and
 * what their model was trained on.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertInput } from '../../gateway/ports/decision.ts';
import type { Trained } from '../../gateway/watch/model/model-messages.ts';
import { createPumpLife, type PumpLife } from '../../models/plant/pump.ts';
import { packageRoot } from '../../shared/files/paths.ts';
import type { ModelManifest } from '../../shared/model/manifest.ts';
import { type Random, seededRandom } from '../../shared/runtime/random.ts';

const manifest = JSON.parse(
  readFileSync(join(packageRoot, 'models', 'artefacts', 'pump-rul', 'manifest.json'), 'utf8'),
) as ModelManifest;
const { inputs, features } = manifest;

export const trained: Trained = {
  ...{ machineType: 'pump', name: 'pump-rul', version: '2.0.0', isLogarithmic: false },
  ...{ channels: features.channels, settings: [], settingScale: [], conditions: features.conditions },
  sensors: features.channels.map((at) => ({ sensor: inputs[at]!.name, unit: inputs[at]!.unit })),
};

export const rowsPerDay = 48;
const dayMs = 86_400_000;
const beganMs = Date.UTC(2026, 0, 1);

/** A life that lasts so many times its cycles of half an hour. */
class Pump {
  private life: PumpLife;
  private at: number;
  private readonly random: Random;
  private readonly stretch: number;

  constructor(random: Random, stretch: number) {
    this.random = random;
    this.stretch = stretch;
    this.life = createPumpLife(random);
    this.at = 100 * random.next();
  }

  /** @param coolness °C below its usual temperatures, as after a start */
  next(row: number, coolness = 0): Float32Array {
    if (this.at >= this.life.lifeCycles) [this.life, this.at] = [createPumpLife(this.random), 0];
    const sample = this.life.sample(Math.floor(this.at)) as unknown as Record<string, number>;
    this.at += 1 / this.stretch;
    const days = row / rowsPerDay;
    const warmth = 8 * Math.sin((2 * Math.PI * days) / 365) + 2 * Math.sin(2 * Math.PI * days);
    const product = 1 + 0.1 * Math.sin(7 * Math.floor(days / 25));
    return Float32Array.from(inputs, ({ name, unit }) =>
      unit === 'Cel' ? sample[name]! + warmth - coolness : product * sample[name]!,
    );
  }
}

export interface PumpYears {
  pumps: number;
  days: number;
  seed: number;
  stretch: number;
  /** They stand still at weekends, and in two weeks of December: what is at rest is not judged. On Mondays they are cold for some hours. */
  weekends?: boolean;
  /** Changes a row in place. */
  change?(row: Float32Array, at: { pump: number; days: number }): void;
  add(input: AlertInput): void;
  /** Called after each day. */
  day?(nowMs: number): void;
}

export const indexOf = (sensor: string): number => inputs.findIndex(({ name }) => name === sensor);

/** Hours since they started; null: they stand still. */
function runningHours(days: number): number | null {
  // The first day is a Thursday.
  const weekday = Math.floor(days + 3) % 7;
  if (weekday >= 5 || days % 365 >= 351) return null;
  return 24 * ((days + 3) % 7);
}

export function runPumps({ pumps, days, seed, stretch, weekends, change, add, day }: PumpYears): void {
  const random = seededRandom(seed);
  const all = Array.from({ length: pumps }, () => new Pump(random, stretch));
  const type = { sensors: inputs, name: 'pump' };
  for (let row = 0; row < days * rowsPerDay; row++) {
    const timeMs = beganMs + (row * dayMs) / rowsPerDay;
    const hours = weekends ? runningHours(row / rowsPerDay) : Number.POSITIVE_INFINITY;
    if (hours !== null)
      all.forEach((pump, i) => {
        const window = pump.next(row, 15 * Math.exp(-hours));
        change?.(window, { pump: i, days: row / rowsPerDay });
        const machine = { site: 'plant', machine: `pump-${i}`, type };
        add({ machine, window, timeMs, rows: 1 } as unknown as AlertInput);
      });
    if (row % rowsPerDay === rowsPerDay - 1) day?.(timeMs);
  }
}
