import { expect, test } from 'vitest';
import { stores } from '../../../cloud/store/stores.ts';
import { influxdBinary } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { embeddedHarness, influxHarness } from './harnesses.ts';
import { describeReadingStore } from './suite.ts';

const harnesses = [embeddedHarness(), influxHarness(reasonToSkip(await influxdBinary()))];

test('every registered kind of store is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort()).toEqual(stores.map(({ kind }) => kind).sort());
});

for (const harness of harnesses) describeReadingStore(harness);
