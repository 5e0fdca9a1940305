import { expect, it } from 'vitest';
import { sources } from '../../../gateway/sources/sources.ts';
import { brokerHarness } from './broker.ts';
import { modbusHarness } from './modbus.ts';
import { mqttClientHarness } from './mqtt-client.ts';
import { polledExample } from './polled-example.ts';
import { describeReadingsSource, type ReadingsHarness } from './readings-suite.ts';
import { serialHarness } from './serial.ts';
import { sparkplugHarness } from './sparkplug.ts';
import { describeSource } from './suite.ts';

const harnesses = [brokerHarness, serialHarness, mqttClientHarness];
/** Harnesses of sources that hand in readings. */
const ofReadings: readonly ReadingsHarness[] = [modbusHarness, sparkplugHarness];

it('every registered kind of source is tested', () => {
  expect(
    [...harnesses, ...ofReadings].map(({ kind }) => kind).sort(),
    'add a harness to test/conformance/sources',
  ).toEqual(sources.map(({ kind }) => kind).sort());
});

for (const harness of harnesses) describeSource(harness);
for (const harness of [...ofReadings, polledExample]) describeReadingsSource(harness);
