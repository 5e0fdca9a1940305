import { expect, it } from 'vitest';
import { loadMachineTypes } from '../../../../shared/domain/machine-types.ts';
import type { SensorFault } from '../../../ports/decision.ts';
import { faultReasons } from './fault-reasons.ts';

const sensors = [{ name: 'temperature', unit: 'Cel', min: 0, max: 100 }];
const pump = { ...loadMachineTypes().get('pump')!, sensors };
const fault: SensorFault = { sensor: 'temperature', value: null, isBeyondAlarm: false };

it.each([
  ['a text', { sent: '"unavailable"' }, 'temperature sends "unavailable" instead of a number'],
  ['a bad value', { value: 7, isBad: true }, 'temperature sends 7 °C, and says itself that this is bad'],
] as const)('says what a sensor sends in place of a value: %s', (_, sent, says) => {
  expect(faultReasons([{ ...fault, ...sent }], pump, 0)).toEqual([says]);
});

it('says of a state that it is none', () => {
  const door = { ...pump, sensors: [{ ...sensors[0]!, kind: 'state' as const }] };
  expect(faultReasons([{ ...fault, sent: '"ajar"' }], door, 0)).toEqual([
    'temperature sends "ajar" instead of a state that it can have',
  ]);
});
