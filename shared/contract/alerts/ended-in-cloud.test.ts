import { expect, it } from 'vitest';
import { type EndedInCloud, encodeEnded, endedLimits, parseEnded } from './ended-in-cloud.ts';

const one = (i: number): EndedInCloud => ({
  alertId: `p-${i}`,
  closed: { by: 'maria', reason: 'greased', severity: 'warning', toldGroups: ['maintenance'] },
});

it('says many in messages of a bounded size, in their order, and none in no message', () => {
  const many = Array.from({ length: 250 }, (_, i) => one(i));
  const messages = encodeEnded(many);
  expect(messages.map((message) => parseEnded(message).length)).toEqual([100, 100, 50]);
  expect(messages.flatMap(parseEnded)).toEqual(many);
  expect(encodeEnded([])).toEqual([]);
  const longest = 'ü'.repeat(300);
  const worst = Array.from({ length: 100 }, (_, i) => ({
    ...one(i),
    closed: {
      ...one(i).closed!,
      reason: longest,
      toldGroups: Array.from({ length: 50 }, () => 'g'.repeat(64)),
    },
  }));
  expect(encodeEnded(worst)[0]!.length).toBeLessThan(endedLimits.bytesMax);
});

it('leaves out what it does not understand, and never throws', () => {
  const text = (value: unknown) => Buffer.from(JSON.stringify(value));
  const strange = [{ alertId: '' }, 7, { alertId: 'x', closed: { by: 1 } }, { ...one(1), later: true }];
  expect(parseEnded(text({ version: 1, alerts: strange, later: 1 }))).toMatchObject([one(1)]);
  expect(parseEnded(text({ version: 2, alerts: [one(1)] }))).toEqual([]);
  expect(parseEnded(Buffer.from('{'))).toEqual([]);
  expect(parseEnded(Buffer.alloc(endedLimits.bytesMax + 1))).toEqual([]);
});
