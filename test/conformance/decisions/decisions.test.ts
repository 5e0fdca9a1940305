import { expect, it } from 'vitest';
import { decisions } from '../../../gateway/decisions/decisions.ts';
import { alertsHarness } from './alerts.ts';
import { describeDecision } from './suite.ts';

const harnesses = [alertsHarness];

it('every registered kind of decision is tested', () => {
  expect(harnesses.map(({ kind }) => kind).sort(), 'add a harness to test/conformance/decisions').toEqual(
    decisions.map(({ kind }) => kind).sort(),
  );
});

for (const harness of harnesses) describeDecision(harness);
