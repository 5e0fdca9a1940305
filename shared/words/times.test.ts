import { describe, expect, it } from 'vitest';
import { dateTimeText, durationText, isTimeZone, localTimeText, timeText, withLocalTimes } from './times.ts';

const nowMs = Date.parse('2026-10-25T12:00:00Z');

describe('times for people', () => {
  it('are local and name their zone, on both sides of a change of the clocks', () => {
    const at = (text: string) => timeText(Date.parse(text), nowMs, 'Europe/Berlin');
    expect(at('2026-10-25T07:52:00Z')).toBe('08:52 CET');
    expect(at('2026-10-25T00:30:00Z')).toBe('02:30 CEST');
    expect(at('2026-10-25T01:30:00Z')).toBe('02:30 CET');
  });

  it('have seconds if they were minutes ago', () => {
    expect(timeText(nowMs - 61_000, nowMs, 'UTC')).toBe('11:58:59 UTC');
  });

  it('have a date if they are not near', () => {
    expect(timeText(nowMs - 3 * 86_400_000, nowMs, 'Europe/Berlin')).toBe('2026-10-22 14:00 CEST');
    expect(timeText(nowMs + 400 * 86_400_000, nowMs, 'UTC')).toBe('2027-11-29 12:00 UTC');
    expect(timeText(nowMs - 2 * 3_600_000, nowMs, 'UTC')).toBe('10:00 UTC');
    expect(dateTimeText(nowMs, 'UTC')).toBe('2026-10-25 12:00 UTC');
  });

  it('that were written elsewhere can be read in the zone of this computer, by day and over a change of the clocks', () => {
    const before = process.env.TZ;
    try {
      process.env.TZ = 'Europe/Berlin';
      const here = (text: string, near = '2026-07-01T12:00:00Z') => withLocalTimes(text, Date.parse(near));
      expect(here('7 mm/s for 20 s (since 08:52:10 UTC-3:30)')).toBe('7 mm/s for 20 s (since 14:22:10)');
      expect(here('from 2026-06-30 22:30 UTC to 23:10 UTC+1, 5 g')).toBe(
        'from 2026-07-01 00:30 to 00:10, 5 g',
      );
      expect(here('No reading since 2026-01-02 08:00 GMT+1; 40 UTC')).toBe(
        'No reading since 2026-01-02 08:00; 40 UTC',
      );
      expect(here('since 08:52:10 UTC-5: in maintenance until 15:00 UTC: a seal')).toBe(
        'since 15:52:10: in maintenance until 17:00: a seal',
      );
      expect(here('since 08:52 UTC-3:30: x')).toBe('since 14:22: x');
      expect(here('at 08:52 UTC-based, 08:52 UTC-123')).toBe('at 08:52 UTC-based, 08:52 UTC-123');
      expect(here('since 08:52 CET, at 12:30 o’clock')).toBe('since 08:52 CET, at 12:30 o’clock');
      expect(here('since 23:50 UTC', '2026-10-25T00:30:00Z')).toBe('since 01:50');
      const written = timeText(nowMs, nowMs);
      expect(withLocalTimes(written, nowMs)).toBe(written.slice(0, 8));
      expect(localTimeText(nowMs)).toBe('2026-10-25 13:00');
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  it('are those of this computer if no zone is given', () => {
    const before = process.env.TZ;
    try {
      for (const [zone, text] of [
        ['Europe/Berlin', '2026-10-25 08:52 UTC+1'],
        ['America/St_Johns', '2026-10-25 05:22 UTC-2:30'],
        ['UTC', '2026-10-25 07:52 UTC'],
      ]) {
        process.env.TZ = zone;
        expect(dateTimeText(Date.parse('2026-10-25T07:52:00Z'))).toBe(text);
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  it('know which zones there are', () => {
    expect([isTimeZone('Europe/Berlin'), isTimeZone('UTC'), isTimeZone('Mars/Olympus')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('durations', () => {
  it.each([
    [-5, '0 s'],
    [119_000, '119 s'],
    [5 * 60_000, '5 min'],
    [200 * 60_000, '3 h 20 min'],
    [102 * 3_600_000, '4 d 6 h'],
  ])('%d ms are %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
