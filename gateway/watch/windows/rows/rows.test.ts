import { describe, expect, it } from 'vitest';
import { windowDigest } from '../../../../shared/contract/decisions/window-digest.ts';
import { MachineWindow } from '../machine-window.ts';
import { batchRows } from './batch-rows.ts';
import { TakenBlock } from './row-blocks.ts';

const values = (...list: number[]) => Float32Array.from(list);

describe('the place of a window’s rows', () => {
  it('is between the blocks of its oldest and its newest row, also once the ring has begun anew', () => {
    const block = new TakenBlock();
    const window = new MachineWindow(3, 2, {}, { block });
    expect(window.place()).toBeNull();
    const push = (seq: number, a: number, b: number) => {
      block.begin({ journal: 'j', seq });
      window.push(values(a, b), 0, 2, seq * 10);
    };
    push(4, 1, 2);
    expect(window.place()).toEqual({ journal: 'j', from: 4, to: 4 });
    for (const seq of [5, 9, 12, 13]) push(seq, seq, seq);
    expect(window.place()).toEqual({ journal: 'j', from: 9, to: 13 });
  });

  it('is that in which a row was completed, where sensors send one by one', () => {
    const block = new TakenBlock();
    const window = new MachineWindow(2, 2, {}, { block });
    for (const [seq, a, b] of [
      [1, 1, Number.NaN],
      [3, Number.NaN, 2],
      [7, 3, Number.NaN],
      [8, 4, Number.NaN],
    ] as const) {
      block.begin({ journal: 'j', seq });
      window.push(values(a, b), 0, 2, seq);
    }
    expect(window.place()).toEqual({ journal: 'j', from: 3, to: 8 });
  });

  it('is not known for rows that are in no block', () => {
    const block = new TakenBlock();
    const window = new MachineWindow(2, 1, {}, { block });
    block.begin(undefined);
    window.push(values(1), 0, 1, 1);
    block.begin({ journal: 'j', seq: 2 });
    window.push(values(1), 0, 1, 2);
    expect(window.place()).toBeNull();
    window.push(values(1), 0, 1, 3);
    expect(window.place()).toEqual({ journal: 'j', from: 2, to: 2 });
  });
});

it('the digest of a window does not depend on how an absent value is written', () => {
  const other = values(1, Number.NaN, 3);
  new Uint32Array(other.buffer)[1] = 0xffc00001;
  const digest = 'c66e25bf01aeb09722961eea8e249a6320f6f9efeff21aa0c64835b6b6850868';
  expect([other, values(1, Number.NaN, 3)].map(windowDigest)).toEqual([digest, digest]);
  expect(windowDigest(values(1, 2, 3))).not.toBe(windowDigest(values(1, 2, 4)));
});

it('the rows of a batch have one shape, whatever came with them', () => {
  const rows = {
    machineIndex: Int32Array.of(0),
    timeMs: Float64Array.of(1),
    offset: Int32Array.of(0, 1),
    values: Float32Array.of(2),
  };
  const names = { newMachines: [], newSensors: [] };
  const plain = batchRows({ ...names, ...rows, replay: false });
  const all = batchRows({
    ...{ retired: [{ machineIndex: 3 }], block: { journal: 'j', seq: 1 }, ...names },
    ...{ newOwners: [{ machineIndex: 0, owner: 'a' }], refused: [], availability: [], ...rows, replay: true },
  });
  expect(Object.keys(plain)).toEqual(Object.keys(all));
  expect(plain).toEqual({ ...names, ...rows, replay: false, block: undefined });
  expect(all).toMatchObject({ ...rows, replay: true, block: { journal: 'j', seq: 1 } });
});
