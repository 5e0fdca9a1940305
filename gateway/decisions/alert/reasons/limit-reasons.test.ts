import { expect, it } from 'vitest';
import type { MachineType, Sensor } from '../../../../shared/domain/machine-type.ts';
import { metReasons, passedReason } from './limit-reasons.ts';

const minuteMs = 60_000;
const limit = { side: 'high', severity: 'warning' } as const;
const typeOf = (given: Partial<Sensor>) =>
  ({ name: 'press', sensors: [{ name: 'stop', unit: '1', min: 0, max: 65_535, ...given }] }) as MachineType;
const said = (given: Partial<Sensor>, value: number, at: number) => {
  const type = typeOf({ ...given, warn: at });
  const met = { ...limit, sensor: 'stop', at, value, sinceMs: 0 };
  return [
    metReasons([met], type, minuteMs)[0],
    passedReason({ ...met, value, sinceMs: 0, untilMs: minuteMs }, type, 2 * minuteMs),
  ].map((text) => text!.replace(/ for 60 s.*| from .* to [^,]*/, ''));
};

it('states are told with their words, and other values as they are', () => {
  expect(said({ kind: 'state' }, 1, 1)).toEqual([
    'stop on (1), at the warning limit of 1',
    'stop was above the warning limit of 1, on (1) at its farthest',
  ]);
  expect(said({ kind: 'state', states: ['OFF', 'AUTO', 'FAULT'] }, 2, 2)[0]).toBe(
    'stop FAULT (2), at the warning limit of 2',
  );
  expect(said({ kind: 'state' }, 3, 2)[0]).toBe('stop 3, above the warning limit of 2');
  expect(said({ unit: 'bar' }, 1, 1)[0]).toBe('stop 1 bar, at the warning limit of 1 bar');
});
