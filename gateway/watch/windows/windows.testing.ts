import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { type ManualClock, manualClock } from '../../../shared/runtime/manual-clock.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { Windows } from './windows.ts';
import type { WindowsOptions } from './windows-options.ts';

const sensor = (name: string) => ({ name, unit: '1', min: -1e9, max: 1e9 });
export const type: MachineType = {
  name: 'rig',
  version: '1.0.0',
  description: 'two sensors, windows of four rows',
  lifeUnit: 'cycles',
  stepMs: 4,
  windowRows: 4,
  openSensors: false,
  sensors: [sensor('a'), sensor('b')],
  alerts: [],
};
const open: MachineType = { ...type, name: 'open', openSensors: true, sensors: [] };

export function newWindows(options: Partial<WindowsOptions> = {}): { windows: Windows; clock: ManualClock } {
  const clock = manualClock();
  // Readings of these tests begin at 0, and are of now.
  clock.setWall(0);
  const types = new Map([type, open].map((each) => [each.name, each]));
  return { clock, windows: new Windows({ types, machinesMax: 100, intervalMsMin: 200, clock, ...options }) };
}

export type Row = [machineIndex: number, timeMs: number, ...values: number[]];

export function batch(rows: Row[], more: Partial<ColumnBatch> = {}): ColumnBatch {
  const offset = [0];
  for (const row of rows) offset.push(offset.at(-1)! + row.length - 2);
  return {
    newMachines: [],
    newSensors: [],
    machineIndex: Int32Array.from(rows, (row) => row[0]),
    timeMs: Float64Array.from(rows, (row) => row[1]),
    offset: Int32Array.from(offset),
    values: Float32Array.from(rows.flatMap((row) => row.slice(2))),
    replay: false,
    ...more,
  };
}

export const named = (...machines: string[]) =>
  machines.map((machine, machineIndex) => ({ machineIndex, site: 's', machine, machineType: 'rig' }));
