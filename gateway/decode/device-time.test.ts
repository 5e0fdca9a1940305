import { expect, it } from 'vitest';
import { parseDeviceTime } from './device-time.ts';

it.each([
  [1_700_000_000, { ms: 1_700_000_000_000, ns: 0 }],
  [1_700_000_000.25, { ms: 1_700_000_000_250, ns: 0 }],
  [1_700_000_000_123, { ms: 1_700_000_000_123, ns: 0 }],
  [1_700_000_000_123_456, { ms: 1_700_000_000_123, ns: 456_000 }],
  ['1700000000123456789', { ms: 1_700_000_000_123, ns: 456_789 }],
  ['2023-11-14T22:13:20.123Z', { ms: 1_700_000_000_123, ns: 0 }],
  [0, { ms: 0, ns: 0 }],
])('reads %j', (value, moment) => {
  expect(parseDeviceTime(value)).toEqual(moment);
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 'soon', '', '9'.repeat(50), null, {}, true])(
  'does not take %j for a time',
  (value) => {
    expect(parseDeviceTime(value)).toBeUndefined();
  },
);
