import type { Trained } from '../model/model-messages.ts';

const hourMs = 3_600_000;
/** A value counts less the older it is: by e after this time. */
const memoryMs = 3.5 * 24 * hourMs;
/** Rows that come sooner after each other are passed over, because the next ones say the same. */
const rowMsMin = 60_000;
/** The row after a pause must not stand for all of it. */
const rowMsMax = hourMs;
/** Values count as this many standard deviations away at most, so that one faulty value cannot stand for days. */
export const clip = 8;
/** The spread is that around the mean of a day, each value at most so far from it: a step must not look like one. */
const dayMs = 24 * hourMs;
const awayMax = 4;
/** Numbers that are kept of a sensor: sums of weights, of values and of squares, and the mean of a day. */
const perSensor = 4;

/** Content of the file about one machine. */
export interface SavedInputs {
  key: string;
  /** The model, with its version: of another one, its standard deviations are others. */
  model: string;
  lastMs: number;
  spanMs: number;
  /** The sum of weights of all rows. */
  total: number;
  sums: number[];
}

export interface SensorFigures {
  /** Mean distance from the mean of the training data, in its standard deviations; 0 while nothing came. */
  level: number;
  spread: number;
  /** Share of rows without a value. */
  absent: number;
}

/** How far the values of a machine lie from those that its model was trained on, over days. */
export class MachineInputs {
  /** The time of its newest row, and for how long it was judged: the sum of the times between rows, without pauses. */
  lastMs = 0;
  spanMs = 0;
  private total = 0;
  private readonly sums: Float64Array;
  private readonly trained: Trained;

  private constructor(trained: Trained) {
    this.trained = trained;
    this.sums = new Float64Array(perSensor * trained.channels.length);
  }

  static of(trained: Trained, saved: SavedInputs | undefined): MachineInputs {
    const made = new MachineInputs(trained);
    if (saved?.model !== modelOf(trained) || saved.sums.length !== made.sums.length) return made;
    made.sums.set(saved.sums);
    return Object.assign(made, { lastMs: saved.lastMs, spanMs: saved.spanMs, total: saved.total });
  }

  saved(key: string, trained: Trained): SavedInputs {
    const { lastMs, spanMs, total } = this;
    const sums = Array.from(this.sums, (sum) => Number(sum.toPrecision(7)));
    return { key, model: modelOf(trained), lastMs, spanMs, total: Number(total.toPrecision(7)), sums };
  }

  /** Takes in the row at `raw[from]`. */
  add(raw: Float32Array, from: number, timeMs: number): void {
    const { trained, sums } = this;
    const sinceMs = Math.min(rowMsMax, timeMs - this.lastMs);
    if (!(sinceMs >= rowMsMin)) return;
    const isFirst = this.lastMs === 0;
    this.lastMs = timeMs;
    if (isFirst) return;
    const condition = conditionOf(trained, raw, from);
    if (!condition) return;
    this.spanMs += sinceMs;
    const kept = Math.exp(-sinceMs / memoryMs);
    const weight = 1 - kept;
    const dayWeight = 1 - Math.exp(-sinceMs / dayMs);
    this.total = this.total * kept + weight;
    for (let at = 0; at < trained.channels.length; at++) {
      const sum = perSensor * at;
      for (let i = sum; i < sum + 3; i++) sums[i]! *= kept;
      const measured = raw[from + trained.channels[at]!]!;
      const value = trained.isLogarithmic ? Math.log(measured) : measured;
      const z = Math.max(-clip, Math.min(clip, (value - condition.mean[at]!) / condition.std[at]!));
      if (Number.isNaN(z)) continue;
      const ofDay = sums[sum]! > 0 ? sums[sum + 3]! : z;
      sums[sum]! += weight;
      sums[sum + 1]! += weight * z;
      sums[sum + 2]! += weight * Math.min(awayMax, Math.abs(z - ofDay)) ** 2;
      sums[sum + 3] = ofDay + dayWeight * (z - ofDay);
    }
  }

  of(at: number): SensorFigures {
    const [weights, values, squares] = this.sums.subarray(perSensor * at, perSensor * (at + 1));
    if (!(weights! > 0) || this.total === 0) return { level: 0, spread: 0, absent: this.total > 0 ? 1 : 0 };
    const [level, spread] = [values! / weights!, Math.sqrt(squares! / weights!)];
    return { level, spread, absent: Math.max(0, 1 - weights! / this.total) };
  }
}

/** The operating condition whose centre the settings of a row are nearest to; null if they are absent. */
function conditionOf({ settings, settingScale, conditions }: Trained, raw: Float32Array, from: number) {
  if (settings.length === 0) return conditions[0] ?? null;
  let [best, bestSquare]: [Trained['conditions'][number] | null, number] = [null, Number.POSITIVE_INFINITY];
  for (const condition of conditions) {
    let square = 0;
    for (let s = 0; s < settings.length; s++)
      square += ((raw[from + settings[s]!]! - condition.centre[s]!) / settingScale[s]!) ** 2;
    if (square < bestSquare) [best, bestSquare] = [condition, square];
  }
  return best;
}

function modelOf({ name, version }: Trained): string {
  return `${name}@${version}`;
}
