import { expect, it } from 'vitest';
import { decisions } from '../../../gateway/decisions/decisions.ts';
import { alertsHarness } from './alerts.ts';
import { gatheringHarness } from './gathering.ts';
import { promotionHarness } from './promotion.ts';
import { describeSetpoint } from './setpoint-suite.ts';
import { describeDecision } from './suite.ts';

/** Kinds that decide about machines, and kinds that set what a hot path reads. */
const harnesses = [alertsHarness];
const setpoints = [gatheringHarness, promotionHarness];

it('every registered kind of decision is tested', () => {
  expect(
    [...harnesses, ...setpoints].map(({ kind }) => kind).sort(),
    'add a harness to test/conformance/decisions',
  ).toEqual(decisions.map(({ kind }) => kind).sort());
});

for (const harness of harnesses) describeDecision(harness);
for (const harness of setpoints) describeSetpoint(harness);
