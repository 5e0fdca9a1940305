import { expect, it } from 'vitest';
import { runInside } from '../run-command.testing.ts';

const types = async (name: string) => (await runInside(['types', name])).stdout;

it('units are written as people write them, and no UCUM code is left', async () => {
  const shown = await types('fan-medium-flexible');
  expect(shown).toMatch(/bearing_temperature +°C +warning from 90, critical from 100/);
  expect(shown).toMatch(/speed +rpm /);
  expect(shown).not.toMatch(/Cel|[{}[\]]/);
});

it('says once which class the vibration limits are for', async () => {
  expect((await types('fan-medium-flexible')).match(/ISO 20816-3/g)).toHaveLength(1);
  expect((await types('fan')).match(/ISO 20816-3/g)).toHaveLength(1);
});
