import { expect, it } from 'vitest';
import { prediction } from '../notifiers/prediction.testing.ts';
import { NotifierFilter } from '../notifiers/settings.ts';
import { compileValidator } from '../runtime/validate.ts';
import { recipientsOf } from './recipients.ts';

const filter = (value: object) => compileValidator(NotifierFilter)(value, (problem) => new Error(problem));
const notifiers = [
  { name: 'all', filter: filter({}) },
  { name: 'critical', filter: filter({ severity: 'critical' }) },
  { name: 'other-site', filter: filter({ sites: ['york'] }) },
  { name: 'openings', filter: filter({ changes: ['opened'] }) },
];

function told(
  change: 'opened' | 'updated' | 'resolved',
  severity: 'warning' | 'critical',
  before: string[] = [],
) {
  return recipientsOf(notifiers, { alert: { prediction: { ...prediction, severity } }, change }, before);
}

it('notifies those whose filter accepts the change', () => {
  expect(told('opened', 'warning')).toEqual(['all', 'openings']);
  expect(told('opened', 'critical')).toEqual(['all', 'critical', 'openings']);
  expect(told('updated', 'critical')).toEqual(['all', 'critical']);
});

it('notifies of the resolution everyone who was notified of the opening, even if the alert has become less severe', () => {
  expect(told('resolved', 'warning', ['critical'])).toEqual(['all', 'critical']);
  expect(told('resolved', 'warning')).toEqual(['all']);
});
