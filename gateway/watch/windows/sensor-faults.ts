import type { SensorFault } from '../../ports/decision.ts';
import type { RefusedValue } from '../../ports/watch.ts';

/** Sensors of one machine whose latest value is one that they cannot have. */
export class SensorFaults {
  private readonly byColumn = new Map<number, RefusedValue>();

  get isEmpty(): boolean {
    return this.byColumn.size === 0;
  }

  refused(value: RefusedValue): void {
    this.byColumn.set(value.column, value);
  }

  /** Ends the faults of the sensors that have a value in a row. */
  heard(values: Float32Array, from: number, to: number): void {
    for (const column of this.byColumn.keys())
      if (from + column < to && !Number.isNaN(values[from + column]!)) this.byColumn.delete(column);
  }

  forget(column: number): void {
    this.byColumn.delete(column);
  }

  list(sensors: readonly { name: string }[]): SensorFault[] {
    return [...this.byColumn.values()].flatMap(({ machineIndex: _, row: __, column, ...fault }) => {
      const sensor = sensors[column]?.name;
      return sensor === undefined ? [] : [{ sensor, ...fault }];
    });
  }
}
