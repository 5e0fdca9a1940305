import { expect, it } from 'vitest';
import { contentOf } from '../contract/alert-content.ts';
import type { Prediction } from '../contract/events.ts';
import { prediction } from '../notifiers/prediction.testing.ts';
import { recipientsOf } from './recipients.ts';

const all = { severity: 'warning', changes: ['opened', 'updated', 'resolved'] } as const;
const notifiers = [
  { name: 'mail', filter: { ...all, changes: [...all.changes] } },
  { name: 'pager', filter: { ...all, severity: 'critical' as const, changes: [...all.changes] } },
];
const told = (
  change: 'opened' | 'updated' | 'resolved',
  over: Partial<Prediction> = {},
  before: string[] = [],
) => recipientsOf(notifiers, { alert: contentOf({ ...prediction, ...over }), change }, before);

it('an update that tells nothing new goes to nobody, but an opening or an end does', () => {
  expect(told('updated')).toEqual(['mail']);
  expect(told('updated', { isNews: false }, ['mail'])).toEqual([]);
  // Its opening was lost.
  expect(told('opened', { isNews: false })).toEqual(['mail']);
  expect(told('resolved', { isNews: false }, ['mail'])).toEqual(['mail']);
});

it('who was told of an alert hears also that it is less severe', () => {
  expect(told('updated', { severity: 'critical' })).toEqual(['mail', 'pager']);
  expect(told('updated', { severity: 'warning' }, ['mail', 'pager'])).toEqual(['mail', 'pager']);
});

it('that nothing is known of it goes to those alone who hear of no warnings, and so not of the silence', () => {
  const silent = { isNews: false, isSilenceOf: true, severity: 'critical' } as const;
  expect(told('updated', silent, ['mail', 'pager'])).toEqual(['pager']);
  expect(told('updated', silent, ['mail'])).toEqual([]);
  expect(told('updated', { ...silent, isSilenceOf: false }, ['mail', 'pager'])).toEqual([]);
  expect(told('resolved', {}, ['mail', 'pager'])).toEqual(['mail', 'pager']);
});

it('of what was over before it could be told, people hear once, and programs its end too', () => {
  const over = { alert: contentOf({ ...prediction, until: '2026-03-01T08:40:00Z' }) };
  const filter = { ...all, changes: [...all.changes] };
  const receivers = [
    { name: 'mail', filter, isForPeople: true },
    { name: 'hook', filter },
    // Those who want to hear only of ends.
    { name: 'ends', filter: { ...filter, changes: ['resolved' as const] }, isForPeople: true },
  ];
  const opened = recipientsOf(receivers, { ...over, change: 'opened' }, []);
  expect(opened).toEqual(['mail', 'hook']);
  expect(recipientsOf(receivers, { ...over, change: 'resolved' }, opened)).toEqual(['hook', 'ends']);
  const usual = { alert: contentOf(prediction), change: 'resolved' } as const;
  expect(recipientsOf(receivers, usual, opened)).toEqual(['mail', 'hook', 'ends']);
});

it('of a muted machine nobody hears, but who knows of the alert hears of its end', () => {
  const muted = { muted: { by: 'maria', why: 'trial' } };
  for (const change of ['opened', 'updated'] as const) {
    expect(told(change, { ...muted, severity: 'critical' }, ['mail'])).toEqual([]);
  }
  expect(told('resolved', muted)).toEqual([]);
  expect(told('resolved', muted, ['mail'])).toEqual(['mail']);
  const unmuted = { alert: contentOf(prediction), change: 'opened', isUnmuted: true } as const;
  expect(recipientsOf(notifiers, unmuted, [])).toEqual(['mail']);
  expect(recipientsOf(notifiers, unmuted, ['mail'])).toEqual([]);
});
