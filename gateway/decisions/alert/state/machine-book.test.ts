import { expect, it } from 'vitest';
import { MachineBook, type OpenAlert } from './machine-book.ts';

const takeAll = (book: MachineBook, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => book.take('s', `m${from + i}`));

function open(book: MachineBook, machine: string): void {
  book.take('s', machine)!.alerts = [{} as OpenAlert];
}

it('forgets the machine that was asked for least lately', () => {
  const book = new MachineBook(3);
  takeAll(book, 0, 3);
  book.take('s', 'm0');
  expect(takeAll(book, 3, 4)).not.toContain(null);
  expect(['m0', 'm1', 'm2', 'm3'].map((name) => book.find('s', name) !== null)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

it('forgets none with an open prediction, and refuses further ones if all have one', () => {
  const book = new MachineBook(3);
  for (const name of ['m0', 'm1']) open(book, name);
  takeAll(book, 2, 50);
  expect(['m0', 'm1', 'm49'].map((name) => book.find('s', name) !== null)).toEqual([true, true, true]);
  open(book, 'm49');
  expect(book.take('s', 'm50')).toBeNull();
  expect(book.size).toBe(3);
});

it('finds a machine to forget behind many with open predictions', () => {
  const book = new MachineBook(300);
  takeAll(book, 0, 300);
  for (let i = 0; i < 290; i++) open(book, `m${i}`);
  for (let i = 290; i < 300; i++) book.take('s', `m${i}`);
  const tries = Array.from({ length: 10 }, (_, i) => book.take('s', `n${i}`));
  expect(tries.at(-1)).not.toBeNull();
  expect(book.size).toBe(300);
});
