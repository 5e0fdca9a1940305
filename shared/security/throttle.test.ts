import { describe, expect, it } from 'vitest';
import { manualClock } from '../runtime/manual-clock.ts';
import { Throttle, throttleSourceOf } from './throttle.ts';

describe('throttle', () => {
  it('blocks for twice as long each time, up to its limit, and forgets', async () => {
    const clock = manualClock();
    const throttle = new Throttle(clock, { failuresFree: 3, blockFirstMs: 1_000, blockMaxMs: 5_000 });
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      throttle.failed('a');
      waits.push(throttle.waitMs('a'));
      await clock.advance(throttle.waitMs('a'));
      expect(throttle.waitMs('a')).toBe(0);
    }
    expect(waits).toEqual([0, 0, 1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(throttle.waitMs('b')).toBe(0);
    await clock.advance(600_000);
    throttle.failed('a');
    expect(throttle.waitMs('a')).toBe(0);
  });

  it('remembers ten thousand sources and no more', () => {
    const throttle = new Throttle(manualClock());
    throttle.succeeded('first');
    for (let i = 0; i < 9_999; i++) throttle.failed(`s${i}`);
    expect(throttle.trusted('first')).toBe(true);
    throttle.failed('one more');
    expect(throttle.trusted('first')).toBe(false);
  });
});

describe('a source', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7 '],
    ['::ffff:192.0.2.7', '192.0.2.7 '],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64 '],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64 '],
    ['2001:db8::1', '2001:db8:0:0::/64 '],
    ['::1', '0:0:0:0::/64 '],
    ['fe80::1%eth0', 'fe80:0:0:0::/64 '],
    ['unknown', 'unknown '],
  ])('%s belongs to %s', (address, source) => {
    expect(throttleSourceOf(address)).toBe(source);
  });

  it('consists of a user and an address', () => {
    expect(throttleSourceOf('192.0.2.7', 'gw-1')).toBe('192.0.2.7 gw-1');
  });
});
