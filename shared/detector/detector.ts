/**
 * The detector (shared/detector): learns what is normal for one machine and scores each row. The gateway, `models
 * detect` and the benchmark run the same code. It is plain arithmetic on arrays: no library, no clock, no file.
 *
 * The self-learned baseline of one machine: one row in, one score out, in a single pass, without labels and without
 * looking ahead. shared/docs/detector.md says what is computed and how it was measured.
 */
import { type ColumnsBefore, numbersFor } from './columns/columns.ts';
import {
  agitationAt,
  type DetectorNumbers,
  distanceAt,
  healthFilledAt,
  healthSpanAt,
  newNumbers,
  ratioAt,
  rowsAt,
  scoreAt,
} from './detector-layout.ts';
import { readHead, stateFrom, stateOf } from './detector-state.ts';
import { pushEvidence } from './evidence.ts';
import { healthOf, pushHealth, remainingOf } from './health.ts';
import { relativeTo } from './relative.ts';
import type { RemainingRows } from './remaining-life.ts';
import { enterBin, learnUsual, usual } from './season.ts';
import { parameters } from './sensors/parameters.ts';
import {
  floor,
  input,
  r,
  decades as rarity,
  value as relativeValue,
  scaleRate,
  level as unitLevel,
  usualNow,
} from './sensors/registers.ts';
import { changes, rowsSeen, sensorSize } from './sensors/sensor-layout.ts';
import { sensorDecades } from './sensors/sensor-streams.ts';
import { stillnessDecades } from './sensors/sensor-views.ts';
import { setSeen, streamDecades } from './sensors/tail.ts';
import { limitRatio } from './state-limit.ts';
import { knownRows, learnRow, measure, type Row } from './structure.ts';

const { noiseRows, onset, state } = parameters;

export interface DetectorOptions {
  /**
   * Rows from which the baseline is learnt at the full rate; later rows change it slowly, and anomalous ones even less.
   */
  warmUpRows?: number;
  /** True if rows have wall-clock times, so that daily and weekly seasons are learnt. */
  hasClock?: boolean;
}

export class Detector {
  readonly sensors: number;
  readonly warmUpRows: number;
  readonly hasClock: boolean;
  private numbers: DetectorNumbers;
  /** The remaining life by so many points of the health index, each of so many rows; null while nobody has asked. */
  private trend: { filled: number; span: number; remaining: RemainingRows | null } | null = null;

  constructor(sensors: number, options: DetectorOptions = {}) {
    this.sensors = sensors;
    this.warmUpRows = Math.max(parameters.warmUpRows, options.warmUpRows ?? parameters.learnRows);
    this.hasClock = options.hasClock ?? false;
    this.numbers = newNumbers(sensors, this.hasClock);
  }

  get rows(): number {
    return this.numbers.doubles[rowsAt]!;
  }

  /**
   * Score of the newest row, 0 … 1. Up to 0.6 it says how far from normal the machine is (0.5: at the limit); above
   * that, something rare begins in this row.
   */
  get score(): number {
    return this.numbers.doubles[scoreAt]!;
  }

  /** Current distance from normal, divided by the limit of normal. */
  get ratio(): number {
    return this.numbers.doubles[ratioAt]!;
  }

  /**
   * Adds the row `values[from] … values[from + sensors - 1]`, NaN where a value is absent, and returns its score.
   * `timeMs` counts from 1970; NaN if it is not known.
   */
  push(values: ArrayLike<number>, from = 0, timeMs = Number.NaN): number {
    if (this.sensors === 0) return 0;
    const { numbers } = this;
    const { doubles } = numbers;
    const rows = ++doubles[rowsAt]!;
    const row = workRow(this.sensors);
    const strangest = this.readSensors(values, from, timeMs, row);
    const far = this.readStructure(row);
    const ramp = Math.min(1, rows / parameters.warmUpRows);
    const begins = pushEvidence(numbers, Math.max(strangest, this.sensors > 1 ? far : 0), ramp);
    const square = ramp * doubles[ratioAt]! ** 2;
    let score = (state.band * square) / (square + 0.2);
    if (begins > 0) {
      const over = 2 ** (-Math.max(0, begins - onset.decadesMin) / onset.halfDecades);
      score = state.band + (1 - state.band) * (1 - over);
    }
    doubles[scoreAt] = score;
    return score;
  }

  /** Rarity, in decades, of the rarest recent event; it decays. */
  get recentDecades(): number {
    const { doubles, layout } = this.numbers;
    return doubles[layout.onset]!;
  }

  /** 1 (healthy) … 0. */
  get healthIndex(): number {
    return healthOf(this.ratio);
  }

  /** Rows until the end of life, if the distance from normal has a trend; null if it has none. */
  remaining(): RemainingRows | null {
    if (this.rows <= this.warmUpRows) return null;
    const { doubles } = this.numbers;
    const [filled, span] = [doubles[healthFilledAt]!, doubles[healthSpanAt]!];
    // It is asked for with each row, and another point is known after many.
    if (this.trend?.filled !== filled || this.trend.span !== span)
      this.trend = { filled, span, remaining: remainingOf(this.numbers) };
    return this.trend.remaining;
  }

  /** Each sensor's share in the newest score: weights ≥ 0, one per sensor, written to `into`. */
  contributions(into: Float64Array): Float64Array {
    const { sensors, numbers, score, ratio } = this;
    const { floats, layout } = numbers;
    const { blame } = layout;
    let parts = 0;
    for (let i = 0; i < sensors; i++) parts += floats[blame + sensors + i]!;
    const isEvent = score > state.band;
    for (let i = 0; i < sensors; i++) {
      const share = parts > 0 ? floats[blame + sensors + i]! / parts : 0;
      into[i] = share * ratio + (isEvent ? floats[blame + i]! : 0);
    }
    return into;
  }

  /** How rare it is, in decades, for each sensor to have been constant for so long; written to `into`. */
  stillness(into: Float64Array): Float64Array {
    for (let i = 0; i < this.sensors; i++) {
      stillnessDecades(this.numbers.floats, i * sensorSize);
      into[i] = r[rarity]!;
    }
    return into;
  }

  /** Returns one for other columns that goes on with what is known of those that it had. */
  withColumns(columns: ColumnsBefore): Detector {
    const made = new Detector(columns.length, this);
    made.numbers = numbersFor(this.numbers, columns);
    return made;
  }

  /** Serialises the learnt state. A detector restored from it continues exactly as this one would. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return stateOf(this, this.numbers);
  }

  /** Restores a detector. @throws HarbingerError DETECTOR_STATE if the bytes are not of this version */
  static fromBytes(bytes: Uint8Array): Detector {
    const head = readHead(bytes);
    const made = new Detector(head.sensors, head);
    stateFrom(bytes, made.numbers);
    return made;
  }

  /** Judges each sensor by itself. Fills `row`; returns the highest rarity, in decades. */
  private readSensors(values: ArrayLike<number>, from: number, timeMs: number, row: Row): number {
    const { sensors, numbers } = this;
    const { floats, doubles, layout } = numbers;
    const { profiles, blame, unit } = layout;
    const hasTime = !Number.isNaN(timeMs) && profiles.length > 0;
    if (hasTime) for (const profile of profiles) enterBin(numbers, profile, timeMs);
    let strangest = 0;
    for (let i = 0; i < sensors; i++) {
      const level = values[from + i]!;
      const at = i * sensorSize;
      floats[blame + i] = 0;
      row.values[i] = Number.NaN;
      row.levels[i] = 0;
      if (!Number.isFinite(level)) continue;
      const value = relativeTo(doubles, layout.origin + i, unit + i, level);
      const own = doubles[unit + i]!;
      row.levels[i] = own === 0 ? level : level / own;
      r[relativeValue] = value;
      r[unitLevel] = row.levels[i]!;
      r[usualNow] = hasTime ? usual(numbers, i) : Number.NaN;
      sensorDecades(floats, at);
      const decades = r[rarity]!;
      if (hasTime) for (const profile of profiles) learnUsual(numbers, profile, i, value);
      row.values[i] = value;
      row.seen[i] = floats[at + rowsSeen]!;
      row.changes[i] = floats[at + changes]!;
      floats[blame + i] = decades;
      if (decades > strangest) strangest = decades;
    }
    return strangest;
  }

  /** Judges all sensors together. Sets `ratio`; returns the rarity of the distance, in decades. */
  private readStructure(row: Row): number {
    const { numbers, sensors, warmUpRows } = this;
    const { floats, doubles, layout } = numbers;
    const isWarmUp = doubles[rowsAt]! <= warmUpRows;
    // Anomalous rows hardly change the baseline. The weight depends on the previous row, so that a single row cannot
    // lower its own weight.
    const gate = isWarmUp ? 1 : Math.max(state.gateMin, 1 / (1 + (doubles[ratioAt]! / state.gateAt) ** 4));
    const known = knownRows(numbers);
    measure(numbers, row);
    for (let i = 0; i < sensors; i++) floats[layout.blame + sensors + i] = row.parts[i]!;
    let decades = 0;
    if (known > 0) {
      const distance = doubles[distanceAt]!;
      const rate = isWarmUp ? 1 / known : gate / parameters.structure.memoryRows;
      const far = limitRatio(doubles, layout.limits, distance, rate, sensors);
      const agitated = limitRatio(doubles, layout.limits + 2, doubles[agitationAt]!, rate, sensors);
      doubles[ratioAt] = known < 12 ? 0 : Math.max(far, agitated);
      const slow = Math.max(1 / known, 1 / noiseRows.long);
      setSeen(known);
      r[scaleRate] = slow;
      r[floor] = 1e-30;
      r[input] = distance;
      streamDecades(floats, layout.distances);
      decades = r[rarity]!;
    }
    learnRow(numbers, row, gate, warmUpRows);
    if (!isWarmUp) pushHealth(numbers, doubles[ratioAt]!);
    return decades;
  }
}

/** Working memory, shared by all detectors with the same number of sensors: no push needs it after it returns. */
const works: (Row | undefined)[] = [];

function workRow(sensors: number): Row {
  const found = works[sensors];
  if (found) return found;
  const numbers = () => new Float64Array(sensors);
  const made = {
    values: numbers(),
    levels: numbers(),
    seen: numbers(),
    changes: numbers(),
    parts: numbers(),
    scratch: numbers(),
  };
  works[sensors] = made;
  return made;
}
