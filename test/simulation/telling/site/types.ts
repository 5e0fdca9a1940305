import type { MachineType } from '../../../../shared/domain/machine-type.ts';

/**
 * The one machine type of a simulated plant: two sensors with limits, and the number of the reading, by which it is found in the
 * store. Only limits, silence and faults of sensors can raise alerts.
 */
export const fan: MachineType = {
  name: 'fan',
  version: '1.0.0',
  description: 'what the simulated devices measure',
  lifeUnit: 'hours',
  stepMs: 5_000,
  windowRows: 8,
  openSensors: false,
  learnRest: false,
  sensors: [
    { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
    { name: 'temperature', unit: 'Cel', min: -50, max: 300, warn: 80, alarm: 95 },
    { name: 'n', unit: '1', min: 0, max: 1e9 },
  ],
  alerts: [{ on: 'limit', failureMode: 'limit', openAfterMs: 20_000, resolveAfterMs: 60_000 }],
};

export const types = new Map([[fan.name, fan]]);

export type SensorName = 'vibration' | 'temperature';
export type Level = 'ok' | 'warning' | 'critical';

/** Values of a sensor at each level, around which it varies. */
export const values: Record<SensorName, Record<Level, number>> = {
  vibration: { ok: 2, warning: 5.6, critical: 9 },
  temperature: { ok: 50, warning: 86, critical: 102 },
};
/** By how much of its value it varies. */
export const noiseShare = 0.02;
