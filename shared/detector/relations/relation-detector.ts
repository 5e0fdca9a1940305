/**
 * The relations of a machine's sensors (shared/detector/relations): which sensor shows what the other sensors do not explain, farther
 * than on any ordinary day. One row in, one verdict out, in a single pass. It needs neither modes nor a model: at each speed and for
 * each product, vibration goes with current, speed and temperature as it has learnt. shared/docs/relations.md derives it.
 */
import { followDay, isLearning, levelOf } from './day-levels.ts';
import { followEpisode, ratioOf, ratioOfSensor } from './episode.ts';
import { newRelationNumbers, type RelationNumbers, scalar, sides } from './layout.ts';
import { relationParameters } from './parameters.ts';
import { confirmFault, confirmNormal, forgetState, type Signature, signatureOf } from './peoples-word.ts';
import { bytesOf, numbersFrom } from './relation-bytes.ts';
import { deviationOf, learnRow, residualDeviation, scaledResidual, setResiduals } from './residuals.ts';
import { chooseState } from './state-centres.ts';

const { sensorsMax, meanMs, meanRowsMin, absentMs, rowsMin, daysMin } = relationParameters;
/** Deviations of a residual that are usual while levels are not known. */
const usualDeviations = 3;

/** `changed`: normal by what has lasted, which nobody has confirmed. */
export type RelationState = 'learning' | 'normal' | 'unusual' | 'changed';

/** Where a sensor usually is, given what the others show; in its own unit. */
export interface Expected {
  /** The value that it has. */
  now: number;
  /** The value that the others let expect. */
  value: number;
  low: number;
  high: number;
}

export class RelationDetector {
  private readonly numbers: RelationNumbers;

  /** @param sensors of which the first 64 are judged */
  constructor(sensors: number) {
    this.numbers = newRelationNumbers(Math.min(sensors, sensorsMax));
  }

  get sensors(): number {
    return this.numbers.layout.sensors;
  }

  get rows(): number {
    return this.numbers.doubles[scalar.rows]!;
  }

  get state(): RelationState {
    const { doubles } = this.numbers;
    if (isLearning(this.numbers)) return 'learning';
    if (!Number.isNaN(doubles[scalar.episodeFromMs]!)) return 'unusual';
    return Number.isNaN(doubles[scalar.changedFromMs]!) ? 'normal' : 'changed';
  }

  /** Since when it is unusual, or changed, ms since 1970; null while it is neither. */
  get sinceMs(): number | null {
    const { doubles } = this.numbers;
    const { state } = this;
    if (state === 'unusual') return doubles[scalar.episodeFromMs]!;
    return state === 'changed' ? doubles[scalar.changedFromMs]! : null;
  }

  /** Since when it is changed, whether it is unusual beyond that or not; null if it is not. */
  get changedMs(): number | null {
    const fromMs = this.numbers.doubles[scalar.changedFromMs]!;
    return Number.isNaN(fromMs) ? null : fromMs;
  }

  /** True while what lasts is a fault that a person has confirmed. */
  get isFault(): boolean {
    return this.numbers.doubles[scalar.isFault] === 1;
  }

  /** Days of which enough is known, and days needed until it judges. */
  get learning(): { days: number; needed: number } | null {
    if (!isLearning(this.numbers)) return null;
    const { doubles } = this.numbers;
    return { days: Math.min(doubles[scalar.days]!, daysMin - 1), needed: daysMin };
  }

  /** How far the farthest sensor is, over what no ordinary day shows; 0 while nothing is judged. */
  get ratio(): number {
    return ratioOf(this.numbers);
  }

  ratioOf(sensor: number): number {
    return sensor < this.sensors ? ratioOfSensor(this.numbers, sensor) : 0;
  }

  /** Where a sensor usually is while the others are where they are; null while that is not known. */
  expected(sensor: number): Expected | null {
    const { layout, doubles, floats } = this.numbers;
    if (sensor >= this.sensors || this.rows < rowsMin) return null;
    const unit = doubles[layout.unit + sensor]!;
    const deviation = unit * deviationOf(this.numbers, sensor);
    const now = doubles[layout.origin + sensor]! + unit * floats[layout.newest + sensor]!;
    const value = now - deviation * floats[layout.residual + sensor]!;
    const far = (side: number) => {
      const level = levelOf(this.numbers, sensor, side);
      const usual = Number.isFinite(level) ? level : usualDeviations;
      return usual * deviation * residualDeviation(this.numbers, sensor);
    };
    return { now, value, low: value - far(sides.below), high: value + far(sides.above) };
  }

  /**
   * Adds the row `values[from] … values[from + sensors - 1]`, NaN where a value is absent. @param timeMs since 1970
   * @param state that the machine says it is in; NaN if it says none
   */
  push(values: ArrayLike<number>, from: number, timeMs: number, state = Number.NaN): void {
    const { numbers } = this;
    const { layout, doubles, floats } = numbers;
    if (layout.sensors === 0) return;
    const passedMs = Math.max(0, timeMs - doubles[scalar.newestMs]!) || 0;
    if (Number.isNaN(doubles[scalar.firstMs]!)) doubles[scalar.firstMs] = timeMs;
    doubles[scalar.newestMs] = timeMs;
    chooseState(numbers, state, timeMs);
    const row = learnRow(numbers, values, from, passedMs);
    if (!setResiduals(numbers, row, passedMs)) return;
    const rate = Math.min(1 / meanRowsMin, Math.max(passedMs, 1) / meanMs);
    const fading = 1 - Math.min(1 / meanRowsMin, passedMs / absentMs);
    for (let i = 0; i < layout.sensors; i++) {
      if (!row.isThere[i]) {
        floats[layout.short + i]! *= fading;
        floats[layout.held + i]! *= fading;
        continue;
      }
      const residual = scaledResidual(numbers, i);
      floats[layout.short + i]! += rate * (residual - floats[layout.short + i]!);
      floats[layout.held + i]! += (rate / 2) * (floats[layout.short + i]! - floats[layout.held + i]!);
    }
    followDay(numbers, timeMs);
    followEpisode(numbers, timeMs);
  }

  /** The signature of the newest episode, over or not; null if there was none. */
  signature(): Signature | null {
    return signatureOf(this.numbers);
  }

  /** A person says that what it does now is normal. Returns false if it is as it was. */
  confirmNormal(): boolean {
    return confirmNormal(this.numbers);
  }

  /** A person says that what it does in the state that it says is normal. Returns false if it says none. */
  forgetState(): boolean {
    return forgetState(this.numbers);
  }

  /** A person says that what lasts is a fault, which never becomes normal. Returns false if it is as it was. */
  confirmFault(): boolean {
    return confirmFault(this.numbers);
  }

  /** Serialises what was learnt. A detector restored from it continues exactly as this one would. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return bytesOf(this.numbers);
  }

  /** @throws HarbingerError DETECTOR_STATE if the bytes are not of this version */
  static fromBytes(bytes: Uint8Array): RelationDetector {
    const numbers = numbersFrom(bytes);
    const made = new RelationDetector(numbers.layout.sensors);
    made.numbers.doubles.set(numbers.doubles);
    made.numbers.floats.set(numbers.floats);
    made.numbers.centres = numbers.centres;
    return made;
  }
}
