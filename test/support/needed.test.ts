import { expect, it } from 'vitest';
import { reasonToSkip } from './needed.ts';

const missing = { unavailable: 'no influxdb' };

it('what is there is no reason to skip', () => {
  expect(reasonToSkip({ path: '/usr/bin/influxd' }, {})).toBeNull();
});

it('what is missing fails the tests, unless a developer asked for skips', () => {
  expect(() => reasonToSkip(missing, {})).toThrow(/missing: no influxdb; HARBINGER_TEST_SKIPS=1 skips/);
  expect(reasonToSkip(missing, { HARBINGER_TEST_SKIPS: '1', CI: 'false' })).toBe('no influxdb');
});

it('in CI it always fails them', () => {
  expect(() => reasonToSkip(missing, { HARBINGER_TEST_SKIPS: '1', CI: 'true' })).toThrow(
    /missing: no influxdb$/,
  );
});
