import { influxdBinary } from '../../support/influxd.ts';
import { reasonToSkip } from '../../support/needed.ts';
import { embeddedHarness, influx2Harness, influxHarness } from './harnesses.ts';
import { describeRetention } from './suite-of-retention.ts';

const skip = reasonToSkip(await influxdBinary());

for (const harness of [embeddedHarness(), influxHarness(skip), influx2Harness(skip)])
  describeRetention(harness);
