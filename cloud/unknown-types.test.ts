import { expect, it } from 'vitest';
import { type Log, silentLog } from '../shared/runtime/log.ts';
import { UnknownTypes } from './unknown-types.ts';

it('each machine type that the cloud does not know is named once, and not without end', () => {
  const said: object[] = [];
  const log = Object.assign(Object.create(silentLog) as Log, {
    warn: (fields: object) => void said.push(fields),
  });
  const types = new UnknownTypes(new Map([['pump', {}]]), log);
  const machine = (machineType: string) => ({ machineType, gateway: 'north' });
  types.look([machine('pump'), machine(''), machine('saw'), machine('saw')]);
  types.look([machine('saw')]);
  expect(said).toEqual([{ machineType: 'saw', gateway: 'north' }]);
  expect(types.status()).toEqual({ machineTypesUnknown: ['saw'] });
  types.look(Array.from({ length: 500 }, (_, i) => machine(`made-up-${i}`)));
  expect(types.status().machineTypesUnknown).toHaveLength(100);
});
