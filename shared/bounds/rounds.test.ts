import { expect, it } from 'vitest';
import { Rounds } from './rounds.ts';

it('looks at so many entries in one call, goes on where it stopped, and begins again at the end', () => {
  const map = new Map(Array.from({ length: 10 }, (_, i) => [`k${i}`, i]));
  const rounds = new Rounds(map, 4);
  const looked: number[] = [];
  const mayGo = (value: number) => {
    looked.push(value);
    return value === 9;
  };
  expect([rounds.find(mayGo), rounds.find(mayGo), rounds.find(mayGo)]).toEqual([null, null, 'k9']);
  expect(looked).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  map.delete('k9');
  expect(rounds.find(mayGo)).toBeNull();
  expect(looked.slice(10)).toEqual([0, 1, 2]);
  expect([...map.keys()]).toEqual(Array.from({ length: 9 }, (_, i) => `k${i}`));
});

it('sees what was added, and not what was deleted, and an empty map has nothing', () => {
  const map = new Map<string, number>();
  const rounds = new Rounds(map, 4);
  expect(rounds.find(() => true)).toBeNull();
  map.set('a', 1).set('b', 2);
  expect(rounds.find(() => true)).toBe('a');
  map.delete('b');
  map.set('c', 3);
  expect(rounds.find(() => true)).toBe('c');
});
