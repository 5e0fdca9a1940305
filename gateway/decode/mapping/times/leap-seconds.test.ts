import { expect, it } from 'vitest';
import { timeReader } from './time-formats.ts';

const newYear = Date.UTC(2017, 0, 1);

it.each([
  ['iso', 'America/Los_Angeles', '2016-12-31 15:59:60', newYear],
  ['iso', 'America/Los_Angeles', '2016-12-31T15:59:60.5', newYear + 500],
  ['iso', 'Asia/Kolkata', '2017-01-01 05:29:60', newYear],
  ['iso', 'America/Los_Angeles', '2016-12-31T23:59:60Z', newYear],
  ['%d.%m.%Y %H:%M:%S', 'America/Los_Angeles', '31.12.2016 15:59:60', newYear],
  ['%d.%m.%Y %H:%M:%S.%f', 'Asia/Kolkata', '01.01.2017 05:29:60.5', newYear + 500],
  ['%d.%m.%Y %H:%M:%S %z', undefined, '31.12.2016 15:59:60 -08:00', newYear],
])('a leap second is where it is in UTC: %s in %s, %s', (format, zone, text, ms) => {
  expect(timeReader(format, zone)(text)).toEqual({ ms, ns: 0 });
});

it.each([
  ['iso', 'America/Los_Angeles', '2016-12-31 23:59:60'],
  ['iso', 'UTC', '2016-12-31 22:59:60'],
  ['iso', 'UTC', '2016-12-30 23:59:60'],
  ['%d.%m.%Y %H:%M:%S', 'America/Los_Angeles', '31.12.2016 23:59:60'],
  ['%d.%m.%Y %H:%M:%S %z', undefined, '31.12.2016 23:59:60 -08:00'],
])('and nowhere else: %s in %s, %s', (format, zone, text) => {
  expect(timeReader(format, zone)(text)).toBe(undefined);
});
