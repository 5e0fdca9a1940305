/** The part of the conformance suite about reading, and about names that have a special meaning elsewhere. */
import { expect, test } from 'vitest';
import type { ReadingStore, StoreBatch } from '../../../cloud/ports/store.ts';
import { batchOf, epochMs, pumpLine } from './batches.ts';

const never = new AbortController().signal;

export function describeReads(current: () => ReadingStore): void {
  const write = (batch: StoreBatch) => current().write(batch, never);
  const pump = {
    measurement: 'pump',
    site: 'plant',
    machine: 'm1',
    fromMs: epochMs,
    toMs: epochMs + 3_600_000,
  };

  test('series: means of equal intervals if there are more values than points', async () => {
    await write(batchOf({ blocks: [Array.from({ length: 100 }, (_, i) => pumpLine(i, `rpm=${i}`))] }));
    const query = { ...pump, fields: ['rpm'], toMs: epochMs + 99_999 };
    const points = await current().series({ ...query, pointsMax: 10 });
    expect(points).toEqual(
      Array.from({ length: 10 }, (_, i) => ({
        timeMs: epochMs + i * 10_000,
        values: { rpm: i * 10 + 4.5 },
      })),
    );
    expect(await current().series({ ...query, pointsMax: 100 })).toHaveLength(100);
  });

  test('series: only the requested machine, fields and times', async () => {
    const other = pumpLine(1, 'rpm=5').replace('gw1', 'gw2');
    await write(batchOf({ blocks: [[pumpLine(0, 'rpm=1,temp=2'), pumpLine(0, 'rpm=9', 'm2'), other]] }));
    expect(await current().series({ ...pump, pointsMax: 10 })).toHaveLength(2);
    expect(await current().series({ ...pump, gateway: 'gw2', fields: ['rpm'], pointsMax: 10 })).toEqual([
      { timeMs: epochMs + 1000, values: { rpm: 5 } },
    ]);
    expect(await current().series({ ...pump, fields: ['temp', 'nosuch'], pointsMax: 10 })).toEqual([
      { timeMs: epochMs, values: { temp: 2, nosuch: null } },
    ]);
    expect(await current().series({ ...pump, site: 'elsewhere', pointsMax: 10 })).toEqual([]);
    expect(await current().series({ ...pump, measurement: 'nothing', pointsMax: 10 })).toEqual([]);
    expect(await current().series({ ...pump, toMs: epochMs - 1, pointsMax: 10 })).toEqual([]);
  });

  test('texts are stored, but left out of series', async () => {
    await write(
      batchOf({
        blocks: [[pumpLine(0, 'rpm=1,note="it said \\"hot\\", ünïcödé 温度"'), pumpLine(1, 'note="x"')]],
      }),
    );
    expect(await current().counts()).toEqual({ pump: 2 });
    expect(await current().series({ ...pump, pointsMax: 10 })).toEqual([
      { timeMs: epochMs, values: { rpm: 1 } },
    ]);
    expect(await current().series({ ...pump, fields: ['note'], pointsMax: 10 })).toEqual([]);
  });

  test('texts: of the fields that are wanted, all or the last of each interval', async () => {
    const texts = ['AUTO', 'AUTO', 'Störung "3"', 'OFF'].map((text, i) =>
      pumpLine(i, `rpm=${i},mode_text="${text.replaceAll('"', '\\"')}",note="n${i}"`),
    );
    await write(batchOf({ blocks: [texts, [pumpLine(4, 'mode=1'), pumpLine(9, 'mode_text="x"', 'm2')]] }));
    const query = { ...pump, endsWith: '_text', fieldsMax: 9, pointsMax: 10 };
    const points = ['AUTO', 'AUTO', 'Störung "3"', 'OFF'].map((text, i) => ({
      timeMs: epochMs + i * 1_000,
      text,
    }));
    expect(await current().texts(query)).toEqual({ mode_text: points });
    const isOneNamed = { ...query, fields: ['note'] };
    expect(await current().texts(isOneNamed)).toEqual({});
    const last = { ...query, toMs: epochMs + 3_999, pointsMax: 2 };
    expect(await current().texts(last)).toEqual({
      mode_text: [
        { timeMs: epochMs, text: 'AUTO' },
        { timeMs: epochMs + 2_000, text: 'OFF' },
      ],
    });
    expect(await current().texts({ ...query, measurement: 'nothing' })).toEqual({});
    expect(await current().series({ ...pump, fields: ['mode'], pointsMax: 10 })).toEqual([
      { timeMs: epochMs + 4_000, values: { mode: 1 } },
    ]);
  });

  test.each([
    ['quotes and statements', `x"'; DROP TABLE pump; --`],
    ['backslash', 'a\\b'],
    ['unicode', '温度-ünïcödé-🙂'],
    ['words of SQL', 'select'],
    ['upper and lower case', 'PUMP'],
    ['the name of a fixed column', 'gateway'],
  ])('hostile names: %s', async (_, name) => {
    const escaped = name.replace(/[,= ]/g, '\\$&');
    const line = `${escaped},gateway=gw1,machine=${escaped},site=plant ${escaped}=7,x=1 ${epochMs}000000`;
    const { rejected } = await write(
      batchOf({
        blocks: [[pumpLine(0), line, line.replace('=7', '=8').replace(`${epochMs}`, `${epochMs + 1}`)]],
      }),
    );
    expect(rejected).toEqual([]);
    expect(await current().counts()).toEqual({ pump: 1, [name]: 2 });
    const query = { ...pump, measurement: name, machine: name, fields: [name], pointsMax: 5 };
    expect((await current().series(query)).map(({ values }) => values)).toEqual([
      { [name]: 7 },
      { [name]: 8 },
    ]);
    const injection = {
      ...pump,
      machine: `m1' OR 1=1 --`,
      fields: ['rpm', `rpm" FROM "pump`],
      pointsMax: 5,
    };
    expect(await current().series(injection)).toEqual([]);
  });
}
