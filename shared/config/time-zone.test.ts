import { afterEach, expect, it } from 'vitest';
import { dateTimeText } from '../words/times.ts';
import { timeZoneProblems, useTimeZone } from './time-zone.ts';

const before = process.env.TZ;
afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

it('times are written in the time zone of the configuration, and a name that is none is refused', () => {
  const noon = Date.UTC(2026, 6, 1, 12);
  useTimeZone({ timeZone: 'America/New_York' });
  expect(dateTimeText(noon)).toBe('2026-07-01 08:00 UTC-4');
  useTimeZone({});
  expect(dateTimeText(noon)).toBe('2026-07-01 08:00 UTC-4');
  expect(timeZoneProblems({ timeZone: 'Europe/Berlin' })).toEqual([]);
  expect(timeZoneProblems({ timeZone: 'Mars/Olympus' })).toMatchObject([{ key: 'timeZone' }]);
  expect(timeZoneProblems({})).toEqual([]);
});
