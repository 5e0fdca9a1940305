import type { ColumnBatch, RefusedValue } from '../../../gateway/ports/watch.ts';
import { isBeyondAlarmSide } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';

/** One reading of a machine, as its device sent it; `values` in the order of `sensors`, NaN where it sent none. */
export interface Reading {
  machine: PlantMachine;
  timeMs: number;
  values: Float32Array;
}

export interface PlantMachine {
  site: string;
  name: string;
  type: MachineType;
  sensors: readonly string[];
}

const chunkBytes = 1 << 16;

/** Packs readings as the data thread does: in columns, without the values that a declared sensor cannot have. */
export class ColumnPacker {
  private readonly known = new Map<PlantMachine, number>();
  /** Small arrays are parts of large ones, because each of its own would cost as much as judging a reading. */
  private chunk = new ArrayBuffer(0);
  private used = 0;

  /** The array of which the next `bytes` from `used` on are free. */
  private room(bytes: number): ArrayBuffer {
    if (this.used + bytes > this.chunk.byteLength) {
      this.chunk = new ArrayBuffer(Math.max(bytes, chunkBytes));
      this.used = 0;
    }
    return this.chunk;
  }

  pack(readings: readonly Reading[]): ColumnBatch {
    const newMachines: ColumnBatch['newMachines'] = [];
    const newOwners: NonNullable<ColumnBatch['newOwners']> = [];
    const newSensors: ColumnBatch['newSensors'] = [];
    const refused: RefusedValue[] = [];
    const count = readings.length;
    this.used = 8 * Math.ceil(this.used / 8);
    const timeMs = new Float64Array(this.room(8 * count), this.used, count);
    this.used += 8 * count;
    const machineIndex = new Int32Array(this.room(4 * count), this.used, count);
    this.used += 4 * count;
    const offset = new Int32Array(this.room(4 * count + 4), this.used, count + 1);
    this.used += 4 * count + 4;
    let width = 0;
    for (const reading of readings) width += reading.values.length;
    const values = new Float32Array(this.room(4 * width), this.used, width);
    this.used += 4 * width;
    for (let row = 0; row < readings.length; row++) {
      const reading = readings[row]!;
      const { machine } = reading;
      let index = this.known.get(machine);
      if (index === undefined) {
        index = this.known.size;
        this.known.set(machine, index);
        newMachines.push({
          machineIndex: index,
          site: machine.site,
          machine: machine.name,
          machineType: machine.type.name,
        });
        newOwners.push({ machineIndex: index, owner: machine.name });
        if (machine.type.openSensors)
          for (const sensor of machine.sensors) newSensors.push({ machineIndex: index, sensor });
      }
      machineIndex[row] = index;
      timeMs[row] = reading.timeMs;
      const from = offset[row]!;
      offset[row + 1] = from + reading.values.length;
      values.set(reading.values, from);
      if (!machine.type.openSensors)
        refuse(machine.type, { machineIndex: index, row, from, values, refused });
    }
    return {
      newMachines,
      ...(newOwners.length > 0 && { newOwners }),
      newSensors,
      machineIndex,
      timeMs,
      offset,
      values,
      replay: false,
      ...(refused.length > 0 && { refused }),
    };
  }
}

function refuse(
  { sensors }: MachineType,
  to: { machineIndex: number; row: number; from: number; values: Float32Array; refused: RefusedValue[] },
): void {
  const { machineIndex, row, from, values, refused } = to;
  for (let column = 0; column < sensors.length; column++) {
    const sensor = sensors[column]!;
    const value = values[from + column]!;
    if (!(value < sensor.min || value > sensor.max)) continue;
    values[from + column] = Number.NaN;
    const isBeyondAlarm = isBeyondAlarmSide(sensor, value);
    refused.push({ machineIndex, column, row, value, isBeyondAlarm });
  }
}
