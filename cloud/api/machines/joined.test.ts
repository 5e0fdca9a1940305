import { expect, it } from 'vitest';
import type { SeriesQuery } from '../../ports/store.ts';
import { joinedSeries } from './joined.ts';

const query = { measurement: 'pump', gateway: 'north', site: 'plant', machine: 'a', pointsMax: 10 };
const former = [{ gateway: 'north', site: 'plant', machine: 'b', machineType: 'pump', untilMs: 60 }];

async function asked(ownSinceMs: number | null, fromMs = 0): Promise<[string, number, number][]> {
  const parts: [string, number, number][] = [];
  const store = {
    async series({ machine = '', fromMs: from, toMs }: SeriesQuery) {
      parts.push([machine, from, toMs]);
      return [];
    },
  };
  await joinedSeries(store, { ...query, fromMs, toMs: 100 }, { ownSinceMs, former }, true);
  return parts;
}

it('a machine has under its name what came since it has that name, and under former ones what came until then', async () => {
  expect(await asked(null)).toEqual([
    ['a', 0, 100],
    ['b', 0, 60],
  ]);
  expect(await asked(40)).toEqual([
    ['a', 41, 100],
    ['b', 0, 60],
  ]);
  expect(await asked(200)).toEqual([['b', 0, 60]]);
});
