import { expect, it } from 'vitest';
import { clockChangesOf, localOffsetMs, momentOf } from './calendar.ts';

const utc = (text: string) => Date.parse(text);

it('changes the clocks on the last Sundays of March and October, at 01:00 UTC', () => {
  expect(clockChangesOf(2026)).toEqual([utc('2026-03-29T01:00Z'), utc('2026-10-25T01:00Z')]);
  expect(clockChangesOf(2028)).toEqual([utc('2028-03-26T01:00Z'), utc('2028-10-29T01:00Z')]);
  expect(localOffsetMs(utc('2026-03-29T00:59Z'))).toBe(3_600_000);
  expect(localOffsetMs(utc('2026-03-29T01:00Z'))).toBe(7_200_000);
  expect(localOffsetMs(utc('2026-10-25T01:00Z'))).toBe(3_600_000);
  expect(localOffsetMs(utc('2027-07-01T00:00Z'))).toBe(7_200_000);
});

it('knows the weekday and the minute of the local day', () => {
  // 23:30 UTC on a Friday of winter is half past midnight on Saturday.
  expect(momentOf(utc('2026-01-02T23:30Z'))).toMatchObject({ weekday: 5, minuteOfDay: 30 });
  expect(momentOf(utc('2026-07-06T04:00Z'))).toMatchObject({ weekday: 0, minuteOfDay: 360 });
});
