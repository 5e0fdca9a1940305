import { expect, it } from 'vitest';
import { parseDeviceTime } from './device-time.ts';

it.each([
  [1_700_000_000, { ms: 1_700_000_000_000, ns: 0 }],
  [1_700_000_000.25, { ms: 1_700_000_000_250, ns: 0 }],
  [1_700_000_000_123, { ms: 1_700_000_000_123, ns: 0 }],
  [1_700_000_000_123_456, { ms: 1_700_000_000_123, ns: 456_000 }],
  ['1700000000123456789', { ms: 1_700_000_000_123, ns: 456_789 }],
  ['2023-11-14T22:13:20.123Z', { ms: 1_700_000_000_123, ns: 0 }],
  ['2023-11-14T22:13:20.123456789Z', { ms: 1_700_000_000_123, ns: 456_789 }],
  ['2023-11-14T22:13:20,1234Z', { ms: 1_700_000_000_123, ns: 400_000 }],
  ['2023-11-15 00:13:20.123456+02:00', { ms: 1_700_000_000_123, ns: 456_000 }],
  ['2023-11-14T17:13:20-0500', { ms: 1_700_000_000_000, ns: 0 }],
  ['2023-11-14T22:13Z', { ms: 1_699_999_980_000, ns: 0 }],
  ['1700000000.25', { ms: 1_700_000_000_250, ns: 0 }],
  [0, { ms: 0, ns: 0 }],
])('reads %j', (value, moment) => {
  expect(parseDeviceTime(value)).toEqual(moment);
});

it.each([
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'soon',
  '',
  '2023-11-14T22:13:20.Z',
  '2023-13-14',
  '9'.repeat(50),
  null,
  {},
  true,
])('does not accept %j as a time', (value) => {
  expect(parseDeviceTime(value)).toBeUndefined();
});

it('interprets a time without a zone in the gateway’s zone', () => {
  const ms = new Date(2023, 10, 14, 22, 13, 20).getTime();
  expect(parseDeviceTime('2023-11-14T22:13:20.5')).toEqual({ ms: ms + 500, ns: 0 });
  expect(parseDeviceTime('2023-11-14 22:13:20')).toEqual({ ms, ns: 0 });
});

it.each([
  ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
  ['2017-01-01T05:29:60+05:30', Date.UTC(2017, 0, 1)],
  ['2016-12-31T23:59:60.5Z', Date.UTC(2017, 0, 1) + 500],
  ['2026-11-28T24:00:00Z', Date.UTC(2026, 10, 29)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
])('%s is a time', (text, ms) => {
  expect(parseDeviceTime(text)).toEqual({ ms, ns: 0 });
});

it.each(['2026-02-30', '2025-02-29', '2026-11-28T23:58:60Z', '2026-11-28T24:00:01Z', '2026-04-31T08:00:00'])(
  '%s is not a time',
  (text) => {
    expect(parseDeviceTime(text)).toBeUndefined();
  },
);
