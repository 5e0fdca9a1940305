import { expect, it } from 'vitest';
import { sources } from '../../../gateway/sources/sources.ts';
import { brokerHarness } from './broker.ts';
import { serialHarness } from './serial.ts';
import { describeSource } from './suite.ts';

const harnesses = [brokerHarness, serialHarness];

it('every registered kind of source is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/sources').toEqual(
    sources.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeSource(harness);
