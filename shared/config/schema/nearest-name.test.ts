import { expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['gateway', 'dataDir', 'machines', 'machinesMax', 'bytesMax', 'port', 'publish'];

it.each([
  ['gatway', 'gateway'],
  ['gatewya', 'gateway'],
  ['datadir', 'dataDir'],
  ['machine', 'machines'],
  ['maxBytes', undefined],
  ['bytes', 'bytesMax'],
  ['prot', 'port'],
  ['colour', undefined],
  ['x', undefined],
])('%s may mean %s', (name, expected) => {
  expect(nearestName(name, known)).toBe(expected);
});
