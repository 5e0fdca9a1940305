import type { MachineType } from '../../../shared/domain/machine-type.ts';

export const minuteMs = 60_000;
/** A fan with a limit, which sends a reading a minute. */
export const fan: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: minuteMs, windowRows: 30 },
  openSensors: false,
  sensors: [{ name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 }],
  alerts: [],
};
