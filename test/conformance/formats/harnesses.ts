/** The harness of each payload format. */
import { cborHarness } from './cbor.ts';
import { csvHarness } from './csv.ts';
import { influxHarness } from './influx.ts';
import { jsonHarness } from './json.ts';
import { keyValueHarness } from './key-value.ts';
import { availabilityHarness, lifecycleHarness } from './lifecycle.ts';
import { mappedHarness } from './mapped.ts';
import { numberHarness } from './number.ts';
import type { FormatHarness } from './suite.ts';

export const harnesses: readonly FormatHarness[] = [
  jsonHarness,
  numberHarness,
  keyValueHarness,
  csvHarness,
  influxHarness,
  cborHarness,
  lifecycleHarness,
  availabilityHarness,
  mappedHarness,
];
