import { Type } from '@sinclair/typebox';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { partOf } from './part.ts';
import { readSeam, reporterOfSeam, type Seam, statisticsOfSeam, statusOfSeam } from './seam.ts';
import type { Reporting } from './statistics.ts';

const counterPart = partOf<undefined, Partial<Reporting>>();
const quiet = counterPart({
  kind: 'quiet',
  about: 'Says nothing.',
  config: Type.Object({}),
  create: () => ({}),
});
const counting = counterPart({
  kind: 'counting',
  about: 'Counts.',
  config: Type.Object({}),
  statistics: { harbinger_calls_total: { type: 'counter', help: 'Calls', labels: ['by'] } },
  status: Type.Object({ calls: Type.Integer() }),
  create: () => ({}),
});
const seam: Seam = { heading: 'Counter', parts: [quiet, counting] };
const grouped: Seam = { ...seam, group: 'counters' };

const running = (name: string, calls: Record<string, number>) => ({
  name,
  made: {
    samples: () => ({
      harbinger_calls_total: Object.entries(calls).map(([by, value]) => ({ value, labels: { by } })),
    }),
    status: () => ({ calls: Object.keys(calls).length }),
    summary: () => ({ [name]: 'well' }),
  },
});

describe('the running parts of a seam', () => {
  const all = [
    running('counting/a', { x: 1, y: 2 }),
    running('counting/b', { y: 40 }),
    { name: 'quiet', made: {} },
  ];

  it('report sums of what has equal labels', () => {
    expect(readSeam(all).samples).toEqual({
      harbinger_calls_total: [
        { value: 1, labels: { by: 'x' } },
        { value: 42, labels: { by: 'y' } },
      ],
    });
    const plain = (value: number) => ({
      name: 'n',
      made: { samples: () => ({ m: value, absent: undefined }) },
    });
    expect(readSeam([plain(3), plain(4)]).samples).toEqual({ m: [{ value: 7 }] });
  });

  it('show their status by name, among the rest or in a group', () => {
    const status = { 'counting/a': { calls: 2 }, 'counting/b': { calls: 1 } };
    expect(reporterOfSeam(seam, () => readSeam(all)).status()).toEqual(status);
    expect(reporterOfSeam(grouped, () => readSeam(all)).status()).toEqual({ counters: status });
    expect(reporterOfSeam(grouped, () => readSeam([])).status()).toEqual({ counters: {} });
  });

  it('report values that can be sent between threads', () => {
    const reports = readSeam(all);
    expect(structuredClone(reports)).toEqual(reports);
    expect(reports.summary).toEqual({ 'counting/a': 'well', 'counting/b': 'well' });
  });
});

describe('the declarations of a seam', () => {
  it('have a section for each kind that reports', () => {
    expect(statisticsOfSeam(seam)).toEqual([{ name: 'Counter `counting`', statistics: counting.statistics }]);
  });

  it('describe a status by kind, or as that of any kind in a group, where names are free', () => {
    expect(statusOfSeam(seam)).toEqual({ counting: counting.status });
    const isValid = new Ajv2020({ strict: false }).compile(Type.Object(statusOfSeam(grouped)));
    expect(isValid({ counters: { 'counting/a': { calls: 1 }, counting: { calls: 2 } } })).toBe(true);
    expect(isValid({ counters: { 'counting/a': { calls: 'many' } } })).toBe(false);
    expect(isValid({ counters: { counting: {} } })).toBe(false);
  });
});
