import { expect, it } from 'vitest';
import { createMapped } from '../../formats/mapped/mapped.ts';
import type { Mapping } from '../schema.ts';

const leave = { rest: 'leave' } as const;
const decoded = (mapping: Mapping, message: object) =>
  createMapped({ mapping }, undefined).decode(Buffer.from(JSON.stringify(message)), {
    site: 'hall',
    machine: 'm',
  });

it('values have their own times where the message has none', () => {
  const mapping: Mapping = {
    ...leave,
    machine: 'm',
    time: { path: 't' },
    fields: [{ path: 'p.{name}', sensor: '{name}', value: 'v', time: 'at' }],
  };
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  const p = { a: { v: 1, at: at(1) }, b: { v: 2, at: at(2) }, c: { v: 3, at: at(1) }, d: { v: 4 } };
  const timed = (message: object) =>
    decoded(mapping, message).map((item) => [
      'values' in item && JSON.stringify(item.values),
      'deviceTime' in item && item.deviceTime ? new Date(item.deviceTime.ms).toISOString() : null,
    ]);
  const iso = (second: number) => new Date(at(second)).toISOString();
  expect(timed({ p })).toEqual([
    ['{"a":1,"c":3}', iso(1)],
    ['{"b":2}', iso(2)],
    ['{"d":4}', null],
  ]);
  expect(timed({ t: at(5), p })).toEqual([['{"a":1,"b":2,"c":3,"d":4}', iso(5)]]);
});
