import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch } from '../ports/watch.ts';
import { buffersOf, RowsToSend } from './rows-to-send.ts';

const batch = (timeMs: number) => ({
  machineIndex: new Uint32Array([0]),
  timeMs: Float64Array.from([timeMs]),
  offset: new Uint32Array([0, 1]),
  values: new Float64Array([1]),
});

function started() {
  const alone: number[][] = [];
  const rows = new RowsToSend((batches) => alone.push(timesOf(batches)));
  return { alone, add: (timeMs: number) => rows.add(batch(timeMs) as unknown as ColumnBatch), rows };
}

const timesOf = (batches: readonly ColumnBatch[]) => batches.map(({ timeMs }) => timeMs[0]!);

describe('rows to send', () => {
  it('are sent with an answer of the same turn, once', async () => {
    const { alone, add, rows } = started();
    add(1);
    add(2);
    expect(timesOf(rows.take())).toEqual([1, 2]);
    expect(rows.take()).toEqual([]);
    await tick();
    expect(alone).toEqual([]);
  });

  it('are sent alone at the end of the turn, including those added after an answer took some', async () => {
    const { alone, add, rows } = started();
    add(1);
    rows.take();
    add(2);
    add(3);
    await tick();
    expect(alone).toEqual([[2, 3]]);
    await tick();
    expect(alone).toHaveLength(1);
  });

  it('are sent ahead of a message that must not overtake them', async () => {
    const { alone, add, rows } = started();
    rows.flush();
    expect(alone).toEqual([]);
    add(1);
    rows.flush();
    expect(alone).toEqual([[1]]);
    await tick();
    expect(alone).toHaveLength(1);
  });

  it('are transferred with their memory', () => {
    const batches = [batch(1), batch(2)] as unknown as ColumnBatch[];
    expect(structuredClone(batches, { transfer: buffersOf(batches) })).toHaveLength(2);
    expect(batches.map(({ values }) => values.length)).toEqual([0, 0]);
  });
});
