import { expect, it } from 'vitest';
import { machinesText, resolvedTitle } from './alerts-model.ts';

it('says how many alerts are resolved, and how many of them are shown if not all', () => {
  expect([resolvedTitle(0, 0), resolvedTitle(3, 3), resolvedTitle(120, 50)]).toEqual([
    '',
    'Resolved (3)',
    'Resolved (latest 50 of 120)',
  ]);
});

it('says how many machines are watched where there is no alert', () => {
  expect([0, 1, 2].map(machinesText)).toEqual([
    'No machine has reported yet.',
    'One machine has reported.',
    '2 machines have reported.',
  ]);
});
