import { expect, it } from 'vitest';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { RawMessage } from '../ports/source.ts';
import { redriveLetters } from './redrive.ts';

function box(count: number) {
  const letters = new Map<number, DeadLetter>();
  for (let id = 1; id <= count; id++) {
    const rest = { client: 'c', stage: 'decode', code: 'DECODE_JSON', reason: '' };
    letters.set(id, { id, atMs: id, topic: `telemetry/lab/m${id}`, payload: Buffer.from(`${id}`), ...rest });
  }
  return {
    letters,
    list: async () => [...letters.values()],
    show: async (id: number) => letters.get(id) ?? null,
    drop: async (ids: number[]) => ids.filter((id) => letters.delete(id)).length,
  };
}

it('letters go through the pipeline in order, many at a time, and are dropped once they are settled', async () => {
  const shelf = box(250);
  const groups: RawMessage[][] = [];
  const take = async (messages: readonly RawMessage[]) => {
    groups.push([...messages]);
    return messages.length === 50 ? 3 : 0;
  };
  const ids = [...shelf.letters.keys()];
  expect(await redriveLetters(shelf, [...ids, 999, 1_000], take)).toEqual({
    redriven: 250,
    failedAgain: 3,
    unknown: [999, 1_000],
  });
  expect(groups.flat().map(({ payload }) => Number(payload.toString()))).toEqual(ids);
  expect(groups.flat().map(({ receivedMs }) => receivedMs)).toEqual(ids); // the original times of arrival
  expect(groups.length).toBeLessThan(10);
  expect(shelf.letters.size).toBe(0);
});

it('a letter whose redrive could not be stored is kept', async () => {
  const shelf = box(150);
  let calls = 0;
  const take = () => (++calls === 1 ? Promise.resolve(0) : Promise.reject(new Error('disk full')));
  await expect(redriveLetters(shelf, [...shelf.letters.keys()], take)).rejects.toThrow('disk full');
  expect(shelf.letters.size).toBe(50);
  expect(shelf.letters.has(101)).toBe(true);
});
