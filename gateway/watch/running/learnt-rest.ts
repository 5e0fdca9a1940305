import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { RestSign } from './rest-sign.ts';

/** A sensor by which a machine rests, as was learnt. Sizes are without sign. */
export interface LearntSensor {
  sensor: string;
  /** At rest it is at most this. */
  below: number;
  /** In work it was at least this. */
  worksFrom: number;
  /** At rest it trembles. */
  trembles: boolean;
}

/** All of the sensors must be low for so long before the machine is held to rest, and for three readings. */
const confirmMsMin = 300_000;
const confirmSteps = 3;
/** A sensor that trembles at rest and does not for this long is stuck, and says nothing. */
const stuckMs = 3_600_000;
/** A sensor that was not heard for so long says nothing. */
const unheardMsMin = 600_000;
const unheardSteps = 10;
/** In work, values between rest and work are counted once a minute, in days of running; so many of them, and nothing is clear any more. */
const lookMs = 60_000;
const dayLooks = 1_440;
const betweenShare = 0.05;
const betweenTo = 0.7;
/** Rest that was not seen for so long is learnt anew. */
const unseenMs = 30 * 86_400_000;

/** The last word of one of the sensors. */
interface Said {
  column: number;
  value: number;
  heardMs: number;
  changedMs: number;
}

/** Whether one machine rests, by the sensors of which that was learnt: all of them must say it. */
export class LearntRest implements RestSign {
  readonly sensors: readonly LearntSensor[];
  /** It goes on from reading to reading. */
  readonly judgesLate = false;
  private readonly said: Said[];
  private readonly confirmMs: number;
  private readonly unheardMs: number;
  /** False once what was learnt is not clear any more: too many values that are neither, or no rest for a month. */
  holds = true;
  private lowSinceMs = Number.NaN;
  private lookedMs = Number.NEGATIVE_INFINITY;
  private restedMs = Number.NaN;
  private looks = 0;
  private between = 0;

  /** @param stepMs the usual time between two readings */
  constructor(sensors: readonly LearntSensor[], stepMs: number) {
    // Values are 32-bit floats, so they are compared as such.
    this.sensors = sensors.map((each) => ({ ...each, below: Math.fround(each.below) }));
    this.said = sensors.map(() => ({
      column: -1,
      value: Number.NaN,
      heardMs: Number.NaN,
      changedMs: Number.NaN,
    }));
    this.confirmMs = Math.max(confirmMsMin, confirmSteps * stepMs);
    this.unheardMs = Math.max(unheardMsMin, unheardSteps * stepMs);
  }

  /** In words for people: `vibration below 0.3 and current below 1.2`. */
  get text(): string {
    return this.sensors
      .slice(0, 3)
      .map(({ sensor, below }) => `${sensor} below ${Number(below.toPrecision(2))}`)
      .join(' and ');
  }

  get sinceMs(): number {
    return this.lowSinceMs;
  }

  back(backMs: number): void {
    this.lowSinceMs -= backMs;
    this.lookedMs -= backMs;
    this.restedMs -= backMs;
    for (const each of this.said) {
      each.heardMs -= backMs;
      each.changedMs -= backMs;
    }
  }

  columnsOf(type: MachineType): number[] {
    return this.sensors.map(({ sensor }) => type.sensors.findIndex(({ name }) => name === sensor));
  }

  isAtRest(
    type: MachineType,
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    wasAtRest: boolean,
  ): boolean {
    let [low, unheard] = [0, 0];
    const { sensors, said } = this;
    for (let i = 0; i < sensors.length; i++) {
      const each = said[i]!;
      this.hear(each, sensors[i]!.sensor, type, values, from, to, timeMs);
      if (Number.isNaN(each.heardMs)) unheard++;
      else if (this.isLow(each, sensors[i]!, timeMs)) low++;
    }
    this.look(timeMs);
    if (low + unheard < sensors.length) {
      this.lowSinceMs = Number.NaN;
      return false;
    }
    // After a restart it is as it was before until each of them has been heard.
    if (unheard > 0) return wasAtRest;
    if (Number.isNaN(this.lowSinceMs)) this.lowSinceMs = timeMs;
    const isAtRest = wasAtRest || timeMs - this.lowSinceMs >= this.confirmMs;
    if (isAtRest) this.restedMs = timeMs;
    return isAtRest;
  }

  private hear(
    each: Said,
    name: string,
    type: MachineType,
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
  ): void {
    if (each.column < 0) each.column = type.sensors.findIndex((sensor) => sensor.name === name);
    const at = from + each.column;
    const value = each.column < 0 || at >= to ? Number.NaN : Math.abs(values[at]!);
    if (Number.isNaN(value)) return;
    each.heardMs = timeMs;
    if (value !== each.value) each.changedMs = timeMs;
    each.value = value;
  }

  private isLow(
    { value, heardMs, changedMs }: Said,
    { below, trembles }: LearntSensor,
    timeMs: number,
  ): boolean {
    if (value > below || timeMs - heardMs > this.unheardMs) return false;
    return !(trembles && timeMs - changedMs > stuckMs);
  }

  /** Counts looks at which one of the sensors was neither as in rest nor as in work. */
  private look(timeMs: number): void {
    if (timeMs - this.lookedMs < lookMs) return;
    this.lookedMs = timeMs;
    if (Number.isNaN(this.restedMs)) this.restedMs = timeMs;
    if (timeMs - this.restedMs > unseenMs) this.holds = false;
    const isBetween = ({ value }: Said, i: number) =>
      value > this.sensors[i]!.below && value < betweenTo * this.sensors[i]!.worksFrom;
    if (this.said.some(isBetween) && ++this.between > betweenShare * dayLooks) this.holds = false;
    if (++this.looks % dayLooks === 0) this.between = 0;
  }
}
