import { expect, it } from 'vitest';
import { reasonToSkip } from './needed.ts';

const missing = { unavailable: 'no influxdb' };

it('an available requirement is not a reason to skip', () => {
  expect(reasonToSkip({ path: '/usr/bin/influxd' }, {})).toBeNull();
});

it('a missing requirement fails the tests, unless a developer asked for skips', () => {
  expect(() => reasonToSkip(missing, {})).toThrow(/missing: no influxdb; HARBINGER_TEST_SKIPS=1 skips/);
  expect(reasonToSkip(missing, { HARBINGER_TEST_SKIPS: '1', CI: 'false' })).toBe('no influxdb');
});

it('a missing requirement always fails the tests in CI', () => {
  expect(() => reasonToSkip(missing, { HARBINGER_TEST_SKIPS: '1', CI: 'true' })).toThrow(
    /missing: no influxdb$/,
  );
});
