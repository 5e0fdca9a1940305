import { expect, it } from 'vitest';
import { testMachines } from './fixtures.testing.ts';
import { compileRule } from './route-rules.ts';
import { Routes } from './routes.ts';

it('a topic with a name that no sensor can have makes no machine', async () => {
  const machines = testMachines(2);
  const rule = await compileRule({ topic: 'telemetry/{site}/{machine}/{sensor}', format: 'number' });
  const routes = new Routes([rule], machines, 100);
  const long = 's'.repeat(65);
  for (let i = 0; i < 10; i++)
    expect(() => routes.find(`telemetry/lab/m${i}/${long}`, { client: 'c' })).toThrow(
      expect.objectContaining({ code: 'DECODE_TOO_LONG' }),
    );
  // Both that the client may have are left.
  for (const machine of ['a', 'b'])
    expect(routes.find(`telemetry/lab/${machine}/${long.slice(1)}`, { client: 'c' }).schema).not.toBeNull();
});
