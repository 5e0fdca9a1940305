import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** Says of each reading whether its machine rests: a sensor that its type names, or what was learnt. */
export interface RestSign {
  /** Sensors and values, for people; null if the type says it. */
  readonly text: string | null;
  /** Since when the machine rests, if it does: the time of a reading; null if that is the one at hand. */
  readonly sinceMs: number | null;
  /** True if an older reading than the newest can be judged by itself. */
  readonly judgesLate: boolean;
  /** False once what was learnt is not clear any more. */
  readonly holds: boolean;
  /** The sensors whose limits do not hold at rest, by column; null: all of them. */
  columnsOf(type: MachineType): readonly number[] | null;
  /** Takes a reading: `values[from] … values[to - 1]`, one per column. @param wasAtRest the same of the reading before */
  isAtRest(
    type: MachineType,
    values: Float32Array,
    from: number,
    to: number,
    timeMs: number,
    wasAtRest: boolean,
  ): boolean;
  /** The machine's clock was put back by so much. */
  back(backMs: number): void;
}

/** The sensor that the type names: a reading without it says nothing. */
export class DeclaredRest implements RestSign {
  readonly text = null;
  readonly sinceMs = null;
  readonly judgesLate = true;
  readonly holds = true;
  private readonly sensor: string;
  private readonly above: number;
  /** −1 until the machine has such a sensor: open types get theirs one by one. */
  private column = -1;

  constructor({ sensor, above }: NonNullable<MachineType['runsWhen']>) {
    this.sensor = sensor;
    // Values are 32-bit floats, so they are compared as such.
    this.above = Math.fround(above);
  }

  columnsOf(): null {
    return null;
  }

  isAtRest(
    type: MachineType,
    values: Float32Array,
    from: number,
    to: number,
    _timeMs: number,
    wasAtRest: boolean,
  ): boolean {
    if (this.column < 0) this.column = type.sensors.findIndex(({ name }) => name === this.sensor);
    const at = from + this.column;
    const value = this.column < 0 || at >= to ? Number.NaN : values[at]!;
    return Number.isNaN(value) ? wasAtRest : !(value > this.above);
  }

  back(): void {}
}
