import { expect, it } from 'vitest';
import { pumpType } from '../plant.testing.ts';
import type { MachineType } from '../wire.ts';
import { bandsOf, isState } from './state-bands.ts';

const range = { fromMs: 1_000, toMs: 11_000 };
const timesMs = [1_000, 2_000, 3_000, 4_000, 5_000];
const valve: MachineType = {
  ...pumpType,
  sensors: [
    { name: 'valve', unit: '1', min: 0, max: 2, kind: 'state', states: ['Closed', 'Moving', 'Open'] },
  ],
};
const readings = (values: Record<string, (number | null)[]>, states = {}) => ({
  ...range,
  timesMs,
  values,
  states,
});

it('states are those that are declared, that send texts, or that have been 0 and 1 only', () => {
  const some = readings(
    { on: [0, 1, 1, 0.5, null], one: [1, 1, 1, 1, 1], heat: [0, 1, 2, 3, 4], vibration_rms: [0, 1, 0, 1, 0] },
    { mode: { timesMs: [1_000], texts: ['AUTO'] } },
  );
  const found = ['on', 'one', 'heat', 'mode', 'vibration_rms'].filter((name) =>
    isState(name, some, pumpType),
  );
  expect(found).toEqual(['on', 'mode']);
  expect(isState('valve', some, valve)).toBe(true);
});

it('texts last until the next one, one text has one colour', () => {
  const states = { mode: { timesMs: [2_000, 4_000, 9_000], texts: ['AUTO', 'OFF', 'AUTO'] } };
  expect(bandsOf('mode', readings({}, states), null, range)).toEqual([
    { text: 'AUTO', fromMs: 2_000, toMs: 4_000, left: 0.1, width: expect.closeTo(0.2), color: 0 },
    { text: 'OFF', fromMs: 4_000, toMs: 9_000, left: 0.3, width: expect.closeTo(0.5), color: 1 },
    { text: 'AUTO', fromMs: 9_000, toMs: 11_000, left: 0.8, width: expect.closeTo(0.2), color: 0 },
  ]);
});

it('numbers have the names that the type gives them, and silence has no band', () => {
  const silent = { ...readings({ valve: [0, 0, 2, 2, 2, 2] }), timesMs: [...timesMs, 10_500] };
  const found = bandsOf('valve', { ...silent, values: { valve: [0, 0, 2, 2, 0, 0] } }, valve, {
    ...range,
    toMs: 21_000,
  });
  expect(found.map(({ text, fromMs, toMs }) => [text, fromMs, toMs])).toEqual([
    ['Closed', 1_000, 3_000],
    ['Open', 3_000, 5_000],
    ['Closed', 5_000, 21_000],
  ]);
  const gap = { ...silent, timesMs: [...timesMs, 19_000] };
  expect(
    bandsOf('valve', gap, valve, { ...range, toMs: 21_000 }).map(({ text, fromMs, toMs }) => [
      text,
      fromMs,
      toMs,
    ]),
  ).toEqual([
    ['Closed', 1_000, 3_000],
    ['Open', 3_000, 6_000],
    ['Open', 19_000, 21_000],
  ]);
});
