import { expect, it } from 'vitest';
import { jobs } from '../../../gateway/jobs/jobs.ts';
import { retentionHarness } from './retention.ts';
import { statisticsHarness } from './statistics.ts';
import { describeJob } from './suite.ts';

const harnesses = [statisticsHarness, retentionHarness];

it('every registered kind of job is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/jobs').toEqual(
    jobs.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeJob(harness);
