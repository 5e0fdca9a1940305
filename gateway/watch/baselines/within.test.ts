import { expect, it, vi } from 'vitest';
import { BehaviourWatch } from './behaviour.ts';

it.each([
  ['normal', true],
  ['changed', false],
  ['unusual', false],
  ['learning', false],
])('a sensor of a machine that is %s is as usual beside the others: %s', (state, isUsual) => {
  const watch = new BehaviourWatch(2);
  const relations = { state, learning: null, isWithin: () => true };
  vi.spyOn(watch as unknown as { relations: unknown }, 'relations', 'get').mockReturnValue(relations);
  expect(watch.isWithin(0)).toBe(isUsual);
});
