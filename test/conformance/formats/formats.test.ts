import { expect, it } from 'vitest';
import { formats } from '../../../gateway/decode/formats/formats.ts';
import { harnesses } from './harnesses.ts';
import { describeFormat } from './suite.ts';

it('every registered kind of format is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/formats').toEqual(
    formats.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeFormat(harness, { tags: ['long'] });
