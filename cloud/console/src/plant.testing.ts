/** Machines, alerts and decisions for tests of the page: those of the API's tests, in the page's types. */
import { machineOf } from '../../api/plant-data.testing.ts';
import type { Machine, MachineType } from './wire.ts';

export { alertOf, decisionOf } from '../../api/plant-data.testing.ts';

export function machine(over: Partial<Machine> = {}): Machine {
  return {
    ...machineOf(),
    state: 'ok',
    stateReason: 'Judged by its model',
    since: null,
    estimateMs: null,
    unknown: null,
    behaviour: null,
    mode: null,
    gatewaySilentSinceMs: null,
    remainingLifeS: null,
    reason: null,
    maintenance: null,
    ...over,
  };
}

export const pumpType: MachineType = {
  name: 'pump',
  version: '1.0.0',
  description: 'A pump',
  lifeUnit: 'cycles',
  stepMs: 500,
  windowRows: 30,
  openSensors: true,
  sensors: [
    { name: 'vibration_rms', unit: 'mm/s', min: 0, max: 60, warn: 4, alarm: 6 },
    { name: 'bearing_temperature', unit: 'Cel', description: 'At the drive end', min: -20, max: 200 },
  ],
  alerts: [
    {
      failureMode: 'wear-out',
      on: 'remaining-life',
      openAt: 60,
      resolveAt: 90,
      minConfidence: 0.5,
      openAfter: 3,
      resolveAfter: 10,
    },
    {
      failureMode: 'unusual',
      on: 'anomaly',
      openAt: 0.9,
      resolveAt: 0.5,
      minConfidence: 0.5,
      openAfter: 3,
      resolveAfter: 10,
    },
  ],
};
