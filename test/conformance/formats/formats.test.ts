import { expect, it } from 'vitest';
import { formats } from '../../../gateway/decode/formats/formats.ts';
import { cborHarness } from './cbor.ts';
import { csvHarness } from './csv.ts';
import { influxHarness } from './influx.ts';
import { jsonHarness } from './json.ts';
import { keyValueHarness } from './key-value.ts';
import { lifecycleHarness } from './lifecycle.ts';
import { numberHarness } from './number.ts';
import { describeFormat } from './suite.ts';

const harnesses = [
  jsonHarness,
  numberHarness,
  keyValueHarness,
  csvHarness,
  influxHarness,
  cborHarness,
  lifecycleHarness,
];

it('every registered kind of format is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/formats').toEqual(
    formats.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeFormat(harness);
