import { expect, it } from 'vitest';
import { changedSettings } from './changed-settings.ts';

it('names settings that differ, and none of their values', () => {
  const before = { broker: { port: 1, users: [{ name: 'a' }] }, uplink: { url: 'x' }, same: { a: [1] } };
  const after = { broker: { port: 1, users: [] }, http: { port: 2 }, same: { a: [1] } };
  expect(changedSettings(before, after)).toEqual(['broker.users', 'uplink', 'http']);
  expect(changedSettings(before, before)).toEqual([]);
  expect(changedSettings({ a: { b: 1, c: 2 } }, { a: { b: 1 } })).toEqual(['a.c']);
});
