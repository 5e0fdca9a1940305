import { expect, it } from 'vitest';
import { Training } from './training.ts';

it('says by which API is trained, also where a job has taken that out of it', () => {
  const training = new Training({
    trainer: undefined,
    machineTypes: new Map(),
    machineTypesDir: undefined,
    events: { apply: async () => {}, page: () => ({ items: [], next: null }) },
    registry: { find: () => null, remove: async () => false },
    fleet: { wanted: () => [] },
  });
  const { api } = training.jobDeps().training;
  expect(api()).toBeNull();
  training.opened({ host: '0.0.0.0', token: 'secret' }, 8080);
  expect(api()).toEqual({ url: 'http://127.0.0.1:8080', token: 'secret' });
});
