import { expect, it } from 'vitest';
import { circlesIn, circlesOf } from './circles.ts';

const edges = (...pairs: string[]) =>
  pairs.map((pair) => {
    const [from, to] = pair.split(' ');
    return { from: from!, to: to! };
  });

it('finds circles of files, of any length, and none in a graph without circles', () => {
  expect(circlesOf(edges('a b', 'b c', 'a c', 'd a'))).toEqual([]);
  expect(circlesOf(edges('a b', 'b a', 'b c'))).toEqual([['a', 'b']]);
  expect(circlesOf(edges('a b', 'b c', 'c d', 'd b', 'd e', 'x y', 'y x'))).toEqual([
    ['b', 'c', 'd'],
    ['x', 'y'],
  ]);
});

it('finds circles between the files and sub-folders of a folder even if the files themselves have none', () => {
  const layered = edges('top/a/one.ts top/b/two.ts', 'top/main.ts top/a/one.ts');
  expect(circlesIn('top', layered)).toEqual([]);
  const crossed = [...layered, ...edges('top/b/three.ts top/a/four.ts')];
  expect(circlesOf(crossed)).toEqual([]);
  expect(circlesIn('top', crossed)).toEqual([['a', 'b']]);
  expect(circlesIn('top/a', crossed)).toEqual([]);
  expect(circlesIn('', crossed)).toEqual([]);
});
