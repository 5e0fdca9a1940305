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

/** Packs readings as the data thread does: in columns, without the values that a declared sensor cannot have. */
export class ColumnPacker {
  private readonly known = new Map<PlantMachine, number>();

  pack(readings: readonly Reading[]): ColumnBatch {
    const newMachines: ColumnBatch['newMachines'] = [];
    const newOwners: NonNullable<ColumnBatch['newOwners']> = [];
    const newSensors: ColumnBatch['newSensors'] = [];
    const refused: RefusedValue[] = [];
    const machineIndex = new Int32Array(readings.length);
    const timeMs = new Float64Array(readings.length);
    const offset = new Int32Array(readings.length + 1);
    const values = new Float32Array(readings.reduce((sum, reading) => sum + reading.values.length, 0));
    readings.forEach((reading, row) => {
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
      this.refuse(reading, { machineIndex: index, row, from, values, refused });
    });
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

  private refuse(
    { machine }: Reading,
    to: { machineIndex: number; row: number; from: number; values: Float32Array; refused: RefusedValue[] },
  ): void {
    const { machineIndex, row, from, values, refused } = to;
    machine.type.sensors.forEach((sensor, column) => {
      const value = values[from + column]!;
      if (!(value < sensor.min || value > sensor.max)) return;
      values[from + column] = Number.NaN;
      const isBeyondAlarm = isBeyondAlarmSide(sensor, value);
      refused.push({ machineIndex, column, row, value, isBeyondAlarm });
    });
  }
}
