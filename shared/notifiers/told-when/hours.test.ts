import { expect, it } from 'vitest';
import { hoursProblems, isWithinHours, type ToldHours } from './hours.ts';

const zone = 'Europe/Berlin';
const at = (hours: Partial<ToldHours>, time: string) =>
  isWithinHours({ from: '06:00', to: '22:00', zone, ...hours }, Date.parse(time));

it('are those of the clock on the wall, in winter and in summer', () => {
  expect([at({}, '2026-01-15T04:59:59Z'), at({}, '2026-01-15T05:00:00Z')]).toEqual([false, true]);
  expect([at({}, '2026-07-15T03:59:59Z'), at({}, '2026-07-15T04:00:00Z')]).toEqual([false, true]);
  expect([at({}, '2026-07-15T19:59:59Z'), at({}, '2026-07-15T20:00:00Z')]).toEqual([true, false]);
});

it('hold on the day on which clocks change', () => {
  // 2026-03-29: at 02:00 it is 03:00; 2026-10-25: at 03:00 it is 02:00 again.
  expect([at({}, '2026-03-29T03:59:59Z'), at({}, '2026-03-29T04:00:00Z')]).toEqual([false, true]);
  expect([at({}, '2026-10-25T04:59:59Z'), at({}, '2026-10-25T05:00:00Z')]).toEqual([false, true]);
  const early = { from: '02:15', to: '02:45' };
  expect([at(early, '2026-10-25T00:30:00Z'), at(early, '2026-10-25T01:30:00Z')]).toEqual([true, true]);
});

it('reach over midnight, and belong to the day on which they begin', () => {
  const night = { from: '22:00', to: '06:00', days: ['fri' as const] };
  expect([at(night, '2026-01-16T20:59:00Z'), at(night, '2026-01-16T21:00:00Z')]).toEqual([false, true]);
  expect([at(night, '2026-01-17T04:59:00Z'), at(night, '2026-01-17T05:00:00Z')]).toEqual([true, false]);
  expect(at(night, '2026-01-17T21:30:00Z')).toBe(false);
  expect(at({ from: '06:00', to: '06:00' }, '2026-01-17T03:00:00Z')).toBe(true);
});

it('on some days are not those of others', () => {
  const week = { days: ['mon' as const, 'tue' as const] };
  expect([at(week, '2026-01-19T12:00:00Z'), at(week, '2026-01-21T12:00:00Z')]).toEqual([true, false]);
});

it('in a zone that nobody knows are refused', () => {
  const hours = { from: '06:00', to: '22:00' };
  expect(hoursProblems({ ...hours, zone: 'Europe/Nowhere' }, 'alerts.email[0].filter.hours')).toMatchObject([
    { key: 'alerts.email[0].filter.hours.zone' },
  ]);
  expect(hoursProblems(hours, 'x')).toEqual([]);
});
