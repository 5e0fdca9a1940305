import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Decoded, DecodedReading, Decoder } from '../ports/decode.ts';
import { Machines } from './machines/machines.ts';

const meter: MachineType = {
  name: 'meter',
  version: '1.0.0',
  description: 'for tests',
  lifeUnit: 'cycles',
  stepMs: 1_000,
  windowRows: 4,
  openSensors: false,
  sensors: [
    { name: 'temperature', unit: 'Cel', min: -40, max: 150 },
    { name: 'flow', unit: 'l/min', min: 0, max: 500 },
  ],
  alerts: [],
};
const open: MachineType = { ...meter, name: 'open', openSensors: true, sensors: [] };

export function testMachines(machinesMax = 100): Machines {
  return new Machines({
    gateway: 'gw',
    types: new Map([meter, open].map((type) => [type.name, type])),
    rules: [
      { match: 'plant/meter-*', type: 'meter' },
      { match: 'lab/*', type: 'open' },
    ],
    unknown: 'dead-letter',
    machinesMax,
  });
}

/** Returns the readings of a message that has nothing else. */
export function readingsIn(decoded: readonly Decoded[]): DecodedReading[] {
  return decoded.map((item) => {
    if ('values' in item) return item;
    throw item.unreadable?.error ?? new Error('the message has a lifecycle change');
  });
}

/** Decodes a message of the machine plant/pump-1. */
export function decodeText(decoder: Decoder, text: string, sensor?: string): readonly Decoded[] {
  const target = { site: 'plant', machine: 'pump-1', ...(sensor !== undefined && { sensor }) };
  return decoder.decode(Buffer.from(text), target);
}
