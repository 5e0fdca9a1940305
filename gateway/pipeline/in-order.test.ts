import { expect, it } from 'vitest';
import { InOrder } from './in-order.ts';

it('calls in the order of the places, each once, as soon as those before it are ready', () => {
  const order = new InOrder();
  const called: number[] = [];
  const [first, second, third] = [order.place(), order.place(), order.place()];
  second(() => called.push(2));
  expect(called).toEqual([]);
  first(() => called.push(1));
  expect(called).toEqual([1, 2]);
  const fourth = order.place();
  fourth(() => called.push(4));
  third(() => called.push(3));
  expect(called).toEqual([1, 2, 3, 4]);
});
