/**
 * Drift (gateway/watch/drift): whether what a model gets is what it was trained on. Each machine that a model judges has, for
 * each sensor, how far its values lie from the mean of the training data, in standard deviations of these: on average over
 * days, and how far they spread. The machines of a model together say whether a sensor has drifted. It judges no machine,
 * and nothing waits for it.
 */
import type { AlertInput } from '../../ports/decision.ts';
import type { Did, DriftedSensor, ModelDrift } from '../../ports/watch.ts';
import type { Trained } from '../model/model-messages.ts';
import { clip, MachineInputs, type SavedInputs, type SensorFigures } from './machine-inputs.ts';

const dayMs = 86_400_000;
/** A machine counts from so much time on in which it was judged; nothing is told before one was for so long. */
const countsFromMs = 3 * dayMs;
const saidFromMs = 7 * dayMs;
/** One that was not judged for so long does not count. */
const goneMs = 7 * dayMs;
/**
 * So many standard deviations the median of the machines must lie away, and so many times it must spread, by how many machines
 * there are: a machine that wears is far from the training data too, for weeks, and a few may wear at once. Seasons and
 * products move all of them. Measured over simulated years (test/watch/input-drift.test.ts), with a margin.
 */
const bounds = [
  { machines: 10, level: 2.75, spread: 2 },
  { machines: 5, level: 4.5, spread: 2.5 },
  // The spread of so few says nothing.
  { machines: 0, level: 7.5, spread: Number.POSITIVE_INFINITY },
] as const;
/** A machine counts as one of those that drifted from half of it on. */
const ownShare = 0.5;
const absentMin = 0.5;
/** One that is open is over when it is clearly below. */
const overShare = 0.75;
const lookMs = 600_000;
/** More machines of one model say the same, and take time. */
const comparedMax = 200;
/** Limit for all models together. */
const machinesMax = 20_000;

interface Watched {
  trained: Trained;
  inputs: MachineInputs;
  key: string;
}

export class InputDrift {
  private readonly machines = new Map<string, Watched>();
  private restored = new Map<string, SavedInputs>();
  /** Keys of models and sensors that have drifted, so that it ends later than it begins. */
  private readonly open = new Set<string>();
  private found: readonly ModelDrift[] = [];
  private lookedMs = Number.NEGATIVE_INFINITY;

  /** Takes in the newest row of a machine that a model judges, at most once a minute. Cheap. */
  add({ machine: { site, machine, type }, window, timeMs }: AlertInput, trained: Trained | null): void {
    if (!trained) return;
    const key = `${site}/${machine}`;
    let watched = this.machines.get(key);
    if (watched?.trained !== trained) {
      if (!watched && this.machines.size >= machinesMax) return;
      watched = { trained, inputs: this.inputsOf(key, trained), key };
      this.machines.set(key, watched);
    }
    watched.inputs.add(window, window.length - type.sensors.length, timeMs);
  }

  /** Forgets a machine that was retired. */
  forget(key: string): void {
    this.machines.delete(key);
    this.restored.delete(key);
  }

  restore(saved: readonly SavedInputs[]): void {
    this.restored = new Map(saved.map((each) => [each.key, each]));
  }

  *saved(): Generator<SavedInputs> {
    for (const { key, inputs, trained } of this.machines.values()) yield inputs.saved(key, trained);
    for (const [key, each] of this.restored) if (!this.machines.has(key)) yield each;
  }

  /** All models of which enough is known, with the sensors that have drifted; worked out anew every ten minutes. */
  models(nowMs: number): readonly ModelDrift[] {
    if (Math.abs(nowMs - this.lookedMs) >= lookMs) {
      this.found = this.look();
      this.lookedMs = nowMs;
    }
    return this.found;
  }

  private look(): ModelDrift[] {
    const byModel = new Map<Trained, MachineInputs[]>();
    let newestMs = 0;
    for (const { trained, inputs } of this.machines.values()) {
      newestMs = Math.max(newestMs, inputs.lastMs);
      const known = byModel.get(trained) ?? [];
      byModel.set(trained, known);
      if (inputs.spanMs >= countsFromMs) known.push(inputs);
    }
    return [...byModel].flatMap(([trained, known]) => {
      const counted = known.filter(({ lastMs }) => lastMs >= newestMs - goneMs);
      if (!counted.some(({ spanMs }) => spanMs >= saidFromMs)) return [];
      const { machineType, name, version } = trained;
      const nth = Math.ceil(counted.length / comparedMax);
      const compared = counted.filter((_, i) => i % nth === 0);
      const sensors = trained.sensors.flatMap((_, at) => this.drifted(trained, compared, at) ?? []);
      return [{ machineType, name, version, machines: compared.length, sensors }];
    });
  }

  private drifted(trained: Trained, machines: readonly MachineInputs[], at: number): DriftedSensor | null {
    const figures = machines.map((each) => each.of(at));
    const there = figures.filter(({ absent }) => absent < absentMin);
    const absent = median(figures.map((each) => each.absent));
    const level = median(there.map((each) => each.level));
    const spread = median(there.map((each) => each.spread));
    const bound = bounds.find((each) => there.length >= each.machines)!;
    const found: [did: Did, by: number, from: number, of: (each: SensorFigures) => number][] = [
      ['absent', absent, absentMin, (each) => each.absent],
      ['higher', level, bound.level, (each) => each.level],
      ['lower', -level, bound.level, (each) => -each.level],
      ['wider', spread, bound.spread, (each) => each.spread],
    ];
    const { sensor, unit } = trained.sensors[at]!;
    for (const [did, by, from, of] of found) {
      const key = `${trained.name} ${sensor} ${did}`;
      if (!(by >= (this.open.has(key) ? overShare * from : from))) {
        this.open.delete(key);
        continue;
      }
      this.open.add(key);
      const { conditions, isLogarithmic } = trained;
      const [only, ...others] = conditions;
      const valueAt = (z: number) => {
        // Where values are clipped, their mean is not known.
        if (!only || others.length > 0 || there.length === 0 || Math.abs(z) > 0.9 * clip) return null;
        const value = only.mean[at]! + z * only.std[at]!;
        return isLogarithmic ? Math.exp(value) : value;
      };
      const on = figures.filter((each) => of(each) >= ownShare * from).length;
      return { sensor, did, by, mean: valueAt(level), trainedMean: valueAt(0), unit, machines: on };
    }
    return null;
  }

  private inputsOf(key: string, trained: Trained): MachineInputs {
    const saved = this.restored.get(key);
    this.restored.delete(key);
    return MachineInputs.of(trained, saved);
  }
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
