import { expect, it } from 'vitest';
import { AlertsConfig } from '../../shared/notifications/config.ts';
import { conditionEvent } from '../../shared/notifiers/condition.testing.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { createAlertRules } from './alerts.ts';
import { transition } from './lifecycle.ts';

const config = compileValidator(AlertsConfig)(
  { webhook: [{ name: 'hook', url: 'https://example.org/hook', group: 'maintenance' }] },
  (problem) => new Error(problem),
);

it('tells that a gateway did not reach the cloud as its silence, and not a second time afterwards', () => {
  const rules = createAlertRules(config);
  const told = (condition: string) => {
    const step = transition(null, conditionEvent('opened', 1, { condition }))!;
    return rules.recipients({ ...step, change: 'opened' }, []);
  };
  expect([told('disk-space'), told('cloud-unreachable')]).toEqual([['hook'], []]);
  expect([rules.groupOf('hook'), rules.groupOf('other')]).toEqual(['maintenance', undefined]);
});
